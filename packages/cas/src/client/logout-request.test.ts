import { describe, expect, test } from "vitest";
import { CasClientError } from "./cas-client-error.ts";
import { parseLogoutRequest } from "./logout-request.ts";

const protocol = "urn:oasis:names:tc:SAML:2.0:protocol";
const index = "ST-1856339-aA5Yuvrxzpv8Tau1cYQ7";
const request = (inner: string, attributes = `xmlns:samlp="${protocol}"`): string =>
  `<samlp:LogoutRequest ${attributes} ID="LR-1" Version="2.0">${inner}</samlp:LogoutRequest>`;
const sessionIndex = (value = index): string => `<samlp:SessionIndex>${value}</samlp:SessionIndex>`;
const form = (xml: string): string => `logoutRequest=${encodeURIComponent(xml)}`;

function detailOf(body: string | Uint8Array): string | null {
  try {
    parseLogoutRequest(body);
  } catch (error) {
    if (error instanceof CasClientError && error.code === "logout_request_invalid") return error.detail;
    throw error;
  }
  throw new Error("it was taken for a logout request");
}

describe("2.3.3.2 a logout request", () => {
  test("returns the session index", () => {
    expect(parseLogoutRequest(form(request(sessionIndex())))).toEqual({ sessionIndex: index });
  });

  test("is read from bytes, with plus for spaces, beside other fields", () => {
    const body = `RelayState=x&${form(request(sessionIndex())).replaceAll("%20", "+")}`;
    expect(parseLogoutRequest(new TextEncoder().encode(body))).toEqual({ sessionIndex: index });
  });

  test("is read as written in appendix C: several lines, with an XML declaration", () => {
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\r\n<samlp:LogoutRequest xmlns:samlp="${protocol}"
     ID="[RANDOM ID]" Version="2.0" IssueInstant="[CURRENT DATE/TIME]">
    <saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">
      @NOT_USED@
    </saml:NameID>
    <samlp:SessionIndex>\n${index}\n</samlp:SessionIndex>
    </samlp:LogoutRequest>\n`;
    expect(parseLogoutRequest(form(xml))).toEqual({ sessionIndex: index });
  });

  test("is read with other prefixes of the namespace, or none", () => {
    const xml = `<LogoutRequest xmlns='${protocol}'><p:SessionIndex xmlns:p="${protocol}">${index}</p:SessionIndex></LogoutRequest>`;
    expect(parseLogoutRequest(form(xml))).toEqual({ sessionIndex: index });
  });
});

describe("2.3.3.2 refuses a body", () => {
  test.each([
    ["nothing", ""],
    ["bare XML", request(sessionIndex())],
    ["another field", `logoutrequest=${encodeURIComponent(request(sessionIndex()))}`],
    ["two requests", `${form(request(sessionIndex("ST-1")))}&${form(request(sessionIndex("ST-2")))}`],
    ["two, one encoded", `${form(request(sessionIndex("ST-1")))}&logout%52equest=x`],
    ["an empty one", "logoutRequest="],
    ["a broken code", `${form(request(sessionIndex()))}%zz`],
    ["Latin-1", `logoutRequest=${encodeURIComponent(request(sessionIndex()))}%E9`],
  ])("%s", (_, body) => {
    expect(detailOf(body)).toMatch(
      /^(not exactly one logoutRequest|a logoutRequest that is |XML that |body )/,
    );
  });

  test("more than 64 kB", () => {
    expect(detailOf(`${form(request(sessionIndex()))}&a=${"x".repeat(65_536)}`)).toMatch(/^body longer than/);
    expect(detailOf(new Uint8Array(65_537))).toMatch(/^body longer than/);
    expect(detailOf(new Uint8Array(65_536))).toBe("not exactly one logoutRequest");
  });

  test("bytes that are not UTF-8", () => {
    expect(detailOf(new Uint8Array([0xff, 0xfe]))).toBe("body that is not UTF-8");
  });
});

describe("2.3.3.2 refuses a message with", () => {
  test.each([
    ["a document type", `<!DOCTYPE a>${request(sessionIndex())}`],
    ["an entity", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${request(sessionIndex("&x;"))}`],
    ["an entity that nobody declared", request(sessionIndex("&x;"))],
    ["a comment in the index", request(sessionIndex("ST-1<!-- -->2"))],
    ["CDATA", request(sessionIndex(`<![CDATA[${index}]]>`))],
    ["a processing instruction", request(`<?php echo 1 ?>${sessionIndex()}`)],
    ["another root", `<samlp:Response xmlns:samlp="${protocol}">${sessionIndex()}</samlp:Response>`],
    ["another namespace", request(sessionIndex(), 'xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol"')],
    [
      "a root of another namespace",
      `<LogoutRequest xmlns:samlp="${protocol}">${sessionIndex()}</LogoutRequest>`,
    ],
    ["no namespace", `<LogoutRequest><SessionIndex>${index}</SessionIndex></LogoutRequest>`],
    ["a prefix that stands for nothing", `<samlp:LogoutRequest>${sessionIndex()}</samlp:LogoutRequest>`],
    ["no index", request("")],
    ["two indexes", request(sessionIndex("ST-1") + sessionIndex("ST-2"))],
    ["an index in an index", request(`<samlp:SessionIndex>ST-1${sessionIndex("ST-2")}</samlp:SessionIndex>`)],
    ["an index deeper down", request(`<samlp:Extensions>${sessionIndex()}</samlp:Extensions>`)],
    [
      "one here and one deeper",
      request(`${sessionIndex()}<samlp:Extensions>${sessionIndex()}</samlp:Extensions>`),
    ],
    ["one of another namespace beside", request(`${sessionIndex()}<SessionIndex>ST-2</SessionIndex>`)],
    ["an index of another namespace", request(`<SessionIndex>${index}</SessionIndex>`)],
    ["an element in the index", request(sessionIndex("ST-1<samlp:b/>2"))],
    ["an empty index", request(sessionIndex(" "))],
    ["an index with a space", request(sessionIndex("ST-1 ST-2"))],
    ["an index with an encoded line feed", request(sessionIndex("ST-1&#10;ST-2"))],
    ["an index of 257 characters", request(sessionIndex("a".repeat(257)))],
    ["an index that is a path", request(sessionIndex("../../x"))],
    ["two roots", request(sessionIndex("ST-1")) + request(sessionIndex("ST-2"))],
    ["text behind", `${request(sessionIndex())}x`],
    ["an end that is missing", request(sessionIndex()).slice(0, -3)],
    ["an end of another", request(sessionIndex().replace("</samlp:", "</saml:"))],
    ["nothing but space", "  "],
  ])("%s", (_, xml) => {
    expect(detailOf(form(xml))).toEqual(expect.any(String));
  });

  test("the error says what to answer and repeats no input", () => {
    expect(() => parseLogoutRequest(form(request(sessionIndex("<script>"))))).toThrow(/Answer 400/);
    expect(detailOf(form(request(sessionIndex("ST-secret secret"))))).not.toContain("secret");
  });
});
