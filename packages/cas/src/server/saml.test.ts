import { describe, expect, test } from "vitest";
import { readXml, type XmlElement, XmlError } from "../xml-reader.ts";
import { CasError } from "./cas-error.ts";
import { renderSamlFailure, renderSamlSuccess } from "./response-saml.ts";
import { parseSamlRequest, samlCorrelation } from "./saml-request.ts";
import { createTicketId } from "./ticket-id.ts";

const ticket = createTicketId("ST");
const target = new Map([["TARGET", "https://shop.example/cb?a=b"]]);
const bytes = (text: string) => new TextEncoder().encode(text);
const message = (inner = `<samlp:AssertionArtifact>${ticket}</samlp:AssertionArtifact>`) =>
  `<?xml version="1.0" encoding="utf-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/><SOAP-ENV:Body><samlp:Request xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1" RequestID="_1.2" IssueInstant="2026-11-21T08:00:00Z">${inner}</samlp:Request></SOAP-ENV:Body></SOAP-ENV:Envelope>`;

function refusalOf(run: () => unknown): CasError {
  try {
    run();
  } catch (error) {
    if (error instanceof CasError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("4.2 SAML 1.1 request", () => {
  test("the ticket is the artifact, the service is TARGET", () => {
    expect(parseSamlRequest(bytes(message()), target)).toEqual({
      ticket,
      service: "https://shop.example/cb?a=b",
      renew: false,
    });
    expect(samlCorrelation(bytes(message()), target)).toEqual({
      requestId: "_1.2",
      recipient: "https://shop.example/cb?a=b",
    });
  });

  test("2.5.1 renew is in the query beside TARGET", () => {
    const renew = new Map([...target, ["renew", "true"]]);
    expect(parseSamlRequest(bytes(message()), renew)).toMatchObject({ ticket, renew: true });
  });

  const envelope = (request: string) =>
    `<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/><SOAP-ENV:Body>${request}</SOAP-ENV:Body></SOAP-ENV:Envelope>`;
  test.each([
    [
      "mod_auth_cas, without an issue instant, its identifier a bare hash",
      `<?xml version="1.0" encoding="utf-8"?>${envelope(`<samlp:Request xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol"  MajorVersion="1" MinorVersion="1" RequestID="0cc175b9c0f1b6a831c399e269772661"><samlp:AssertionArtifact>${ticket}</samlp:AssertionArtifact></samlp:Request>`)}`,
      "0cc175b9c0f1b6a831c399e269772661",
    ],
    [
      "phpCAS",
      envelope(
        `<samlp:Request xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol"  MajorVersion="1" MinorVersion="1" RequestID="_192.168.16.51.1024506224022" IssueInstant="2002-06-19T17:03:44.022Z"><samlp:AssertionArtifact>${ticket}</samlp:AssertionArtifact></samlp:Request>`,
      ),
      "_192.168.16.51.1024506224022",
    ],
    [
      "the Java client, its licence ahead and the protocol's namespace without prefix",
      `<!--\n\n    Licensed to Apereo under one or more\n    agreements.\n\n-->
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:oasis:names:tc:SAML:1.0:protocol">
    <soap:Header/>
    <soap:Body>
        <Request MajorVersion="1" MinorVersion="1" RequestID="_f00" IssueInstant="2026-11-21T08:00:00Z">
            <AssertionArtifact>${ticket}</AssertionArtifact>
        </Request>
    </soap:Body>
</soap:Envelope>`,
      "_f00",
    ],
  ])("as written by %s", (_, text, requestId) => {
    expect(parseSamlRequest(bytes(text), target).ticket).toBe(ticket);
    expect(samlCorrelation(bytes(text), target).requestId).toBe(requestId);
  });

  const artifact = `<samlp:AssertionArtifact>${ticket}</samlp:AssertionArtifact>`;
  test.each([
    ["nothing", ""],
    ["no XML", "ticket=ST-1"],
    ["no artifact", message("")],
    ["an empty artifact", message("<samlp:AssertionArtifact/>")],
    ["two artifacts", message(artifact + artifact)],
    [
      "an artifact of another namespace",
      message(`<x:AssertionArtifact xmlns:x="urn:x">${ticket}</x:AssertionArtifact>`),
    ],
    ["an artifact with an element in it", message(artifact.replace("</", "<b/></"))],
    ["one here and one deeper", message(`${artifact}<samlp:RespondWith>${artifact}</samlp:RespondWith>`)],
    ["SAML 1.2", message().replace('MinorVersion="1"', 'MinorVersion="2"')],
    ["no minor version", message().replace('MinorVersion="1"', "")],
    ["SAML 2", message().replace('MajorVersion="1"', 'MajorVersion="2"')],
    [
      "no envelope",
      `<samlp:Request xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1">${artifact}</samlp:Request>`,
    ],
    ["two requests", message().replace("</samlp:Request>", "</samlp:Request><a/>")],
    ["a document type", message().replace("?>", '?><!DOCTYPE a SYSTEM "file:///etc/passwd">')],
    [
      "a document type behind a comment",
      `<!-- --><!DOCTYPE a>${message().slice(message().indexOf("<SOAP"))}`,
    ],
    ["a comment without end", `<!-- ${message()}`],
    ["a second comment", `<!-- --><!-- -->${message().slice(message().indexOf("<SOAP"))}`],
    ["a comment within the ticket", message(artifact.replace("ST-", "ST-<!-- -->"))],
  ])("%s is INVALID_REQUEST, and the description says why", (_, text) => {
    const { code, description } = refusalOf(() => parseSamlRequest(bytes(text), target));
    expect(code).toBe("INVALID_REQUEST");
    expect(description).toMatch(
      /^(The message [a-z].+\.|The request holds not exactly one AssertionArtifact: the ticket\.|Send one SAML 1\.1 Request in a SOAP envelope\.)$/,
    );
  });

  test("without TARGET, or with bytes that are not UTF-8, it is INVALID_REQUEST", () => {
    expect(refusalOf(() => parseSamlRequest(bytes(message()), new Map()))).toMatchObject({
      code: "INVALID_REQUEST",
      description: "The parameter TARGET is required: the service address.",
    });
    expect(refusalOf(() => parseSamlRequest(new Uint8Array([0xff]), target))).toMatchObject({
      code: "INVALID_REQUEST",
      description: "The message is not UTF-8.",
    });
  });

  test("keeps the cause of malformed XML for the log, and ignores space around ticket and message", () => {
    expect(refusalOf(() => parseSamlRequest(bytes("<"), target)).cause).toBeInstanceOf(XmlError);
    const spaced = message(artifact.replace(ticket, `\n  ${ticket}\n`));
    expect(
      parseSamlRequest(bytes(`\n <!-- licence --> \n${spaced.slice(spaced.indexOf("<SOAP"))}`), target)
        .ticket,
    ).toBe(ticket);
  });

  test("a ticket of another kind, or an unknown one, is refused as at /serviceValidate", () => {
    const of = (id: string) => {
      const text = message(`<samlp:AssertionArtifact>${id}</samlp:AssertionArtifact>`);
      return refusalOf(() => parseSamlRequest(bytes(text), target)).code;
    };
    expect([of(createTicketId("PT")), of(createTicketId("PGT")), of("ST-1")]).toEqual([
      "INVALID_TICKET_SPEC",
      "INVALID_TICKET_SPEC",
      "INVALID_TICKET",
    ]);
  });

  test("an invalid request identifier is not repeated", () => {
    const odd = message().replace('RequestID="_1.2"', 'RequestID="a&quot; b=&quot;c"');
    expect(samlCorrelation(bytes(odd), target).requestId).toBeNull();
    expect(samlCorrelation(bytes("<"), new Map())).toEqual({ requestId: null, recipient: null });
  });
});

const frame = {
  requestId: "_1.2",
  recipient: 'https://shop.example/cb?a=b&c="d"',
  responseId: "LR-1",
  issueInstant: new Date("2026-11-21T09:00:00Z"),
};
const success = {
  user: "al<ice>",
  attributes: {
    authenticationDate: new Date("2026-11-21T08:00:00Z"),
    longTermAuthenticationRequestTokenUsed: true,
    isFromNewLogin: false,
    released: [
      ["mail", "a@b.example"],
      ["groups", ["staff", "c&d"]],
      ["none", []],
    ] as const,
  },
};
const find = (element: XmlElement, name: string): XmlElement[] => [
  ...(element.name === name ? [element] : []),
  ...element.elements.flatMap((one) => find(one, name)),
];

describe("4.2 SAML 1.1 response", () => {
  const { body, contentType } = renderSamlSuccess({
    ...frame,
    success,
    assertionId: "LR-2",
    issuer: "https://hub.example",
    lifeSeconds: 60,
  });
  const root = readXml(body);
  const one = (name: string) => find(root, name)[0] as XmlElement;

  test("names the request, the recipient and the success", () => {
    expect(contentType).toBe("text/xml; charset=utf-8");
    const { attributes } = one("Response");
    expect([attributes.get("InResponseTo"), attributes.get("Recipient")]).toEqual([
      frame.requestId,
      frame.recipient,
    ]);
    expect(one("StatusCode").attributes.get("Value")).toBe("samlp:Success");
  });

  test("one assertion: user, time, service, and validity period", () => {
    expect(find(root, "Assertion")).toHaveLength(1);
    expect(find(root, "NameIdentifier").map(({ text }) => text)).toEqual(["al<ice>", "al<ice>"]);
    expect(one("Audience").text).toBe(frame.recipient);
    const { attributes } = one("Conditions");
    expect([attributes.get("NotBefore"), attributes.get("NotOnOrAfter")]).toEqual([
      "2026-11-21T08:59:00.000Z",
      "2026-11-21T09:01:00.000Z",
    ]);
    expect(one("AuthenticationStatement").attributes.get("AuthenticationInstant")).toBe(
      "2026-11-21T08:00:00.000Z",
    );
  });

  test("elements in the order of the schemas, on which clients rely", () => {
    const children = (name: string) => one(name).elements.map((child) => child.name);
    expect(children("Response")).toEqual(["Status", "Assertion"]);
    expect(children("Assertion")).toEqual(["Conditions", "AuthenticationStatement", "AttributeStatement"]);
    expect(children("AuthenticationStatement")).toEqual(["Subject"]);
    expect(children("Subject")).toEqual(["NameIdentifier", "SubjectConfirmation"]);
    expect(children("AttributeStatement")).toEqual(["Subject", ...Array(5).fill("Attribute")]);
  });

  test("SAML 1.1 of these namespaces, with identifiers that begin with a letter", () => {
    const named = ["Envelope", "Response", "Assertion"].map(one);
    expect(named.map(({ namespace }) => namespace)).toEqual([
      "http://schemas.xmlsoap.org/soap/envelope/",
      "urn:oasis:names:tc:SAML:1.0:protocol",
      "urn:oasis:names:tc:SAML:1.0:assertion",
    ]);
    for (const element of named.slice(1)) {
      expect(Object.fromEntries(element.attributes)).toMatchObject({ MajorVersion: "1", MinorVersion: "1" });
    }
    expect([
      one("Response").attributes.get("ResponseID"),
      one("Assertion").attributes.get("AssertionID"),
    ]).toEqual(["LR-1", "LR-2"]);
    expect(one("Assertion").attributes.get("Issuer")).toBe("https://hub.example");
  });

  test("without attributes there is no AttributeStatement, which must not be empty", () => {
    const bare = { ...frame, assertionId: "LR-2", issuer: "https://hub.example", lifeSeconds: 60 };
    const answer = readXml(renderSamlSuccess({ ...bare, success: { user: "alice" } }).body);
    expect(find(answer, "AttributeStatement")).toEqual([]);
    expect(find(answer, "NameIdentifier").map(({ text }) => text)).toEqual(["alice"]);
  });

  test("4.1.3 attributes, with several values in sequence, remember-me included", () => {
    const attributes = find(root, "Attribute").map((attribute) => [
      attribute.attributes.get("AttributeName"),
      ...attribute.elements.map(({ text }) => text),
    ]);
    expect(attributes).toEqual([
      ["authenticationDate", "2026-11-21T08:00:00.000Z"],
      ["longTermAuthenticationRequestTokenUsed", "true"],
      ["isFromNewLogin", "false"],
      ["mail", "a@b.example"],
      ["groups", "staff", "c&d"],
    ]);
    expect(new Set(find(root, "Attribute").map((one) => one.attributes.get("AttributeNamespace")))).toEqual(
      new Set(["http://www.ja-sig.org/products/cas/"]),
    );
  });

  test("one element per line after the declaration, without text between elements", () => {
    expect(body).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<SOAP-ENV:Envelope [^\n]+>\n<SOAP-ENV:Body>\n/,
    );
    const bare = renderSamlSuccess({
      ...frame,
      recipient: null,
      success: { user: "alice" },
      assertionId: "LR-2",
      issuer: "https://hub.example",
      lifeSeconds: 60,
    });
    for (const text of [body, bare.body]) {
      const [response] = find(readXml(text), "Response");
      for (const name of ["Response", "Status", "Assertion", "AttributeStatement"])
        expect(
          find(readXml(text), name)
            .map((element) => element.text.trim())
            .join(""),
        ).toBe("");
      expect(response?.attributes.has("Recipient")).toBe(text === body);
    }
  });

  test.each([
    ["INVALID_REQUEST", ["samlp:Requester"]],
    ["INVALID_TICKET", ["samlp:Requester", "samlp:RequestDenied"]],
    ["INVALID_SERVICE", ["samlp:Requester", "samlp:RequestDenied"]],
    ["INTERNAL_ERROR", ["samlp:Responder"]],
  ] as const)("%s: %s, and no assertion", (code, values) => {
    const refused = readXml(
      renderSamlFailure({ ...frame, requestId: null, error: new CasError(code, "No <b>.") }).body,
    );
    expect(find(refused, "StatusCode").map(({ attributes }) => attributes.get("Value"))).toEqual(values);
    expect(find(refused, "StatusMessage")[0]?.text).toBe(`${code}: No <b>.`);
    expect(find(refused, "Assertion")).toEqual([]);
    expect(find(refused, "Response")[0]?.attributes.has("InResponseTo")).toBe(false);
  });
});
