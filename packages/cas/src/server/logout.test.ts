import { describe, expect, test } from "vitest";
import { parseLogoutRequest } from "../client/logout-request.ts";
import { readXml } from "../xml-reader.ts";
import {
  frontChannelLogoutUrl,
  isFrontChannelAddress,
  logoutRequestForm,
  parseLogoutReturn,
  renderLogoutRequest,
} from "./logout.ts";
import { parseParameters } from "./parameters.ts";
import { createTicketId } from "./ticket-id.ts";

const message = {
  id: "LR-1",
  issueInstant: new Date("2026-11-21T08:00:00Z"),
  sessionIndex: createTicketId("ST"),
};

describe("2.3.1 parameters of /logout", () => {
  const parse = (query: string) => parseLogoutReturn(parseParameters(query));

  test("service is normalised; the registry decides whether it is registered", () => {
    expect(parse("service=https%3A%2F%2FShop.example")?.url).toBe("https://shop.example/");
  });

  test.each([
    "",
    "service=",
    "service=%2F%2Fevil.example",
    "service=javascript:1",
    "service=https://a@b.example/",
  ])("%s: no return address, and the sign-out proceeds", (query) => {
    expect(parse(query)).toBeNull();
  });

  test("url is ignored", () => {
    expect(parse("url=https://evil.example/")).toBeNull();
    expect(parse("url=https://evil.example/&service=https://shop.example/")?.host).toBe("shop.example");
  });
});

describe("2.3.3 and appendix C: the logout request", () => {
  test("uses the prefixes of the appendix", () => {
    expect(renderLogoutRequest(message)).toBe(
      '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="LR-1" Version="2.0" IssueInstant="2026-11-21T08:00:00.000Z">' +
        '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">@NOT_USED@</saml:NameID>' +
        `<samlp:SessionIndex>${message.sessionIndex}</samlp:SessionIndex></samlp:LogoutRequest>`,
    );
  });

  test("has the content of the appendix", () => {
    const root = readXml(renderLogoutRequest(message));
    expect(root).toMatchObject({ namespace: "urn:oasis:names:tc:SAML:2.0:protocol", name: "LogoutRequest" });
    expect(root.elements).toMatchObject([
      { namespace: "urn:oasis:names:tc:SAML:2.0:assertion", name: "NameID", text: "@NOT_USED@" },
      { namespace: "urn:oasis:names:tc:SAML:2.0:protocol", name: "SessionIndex", text: message.sessionIndex },
    ]);
  });

  test("createTicketId makes valid XML IDs", () => {
    expect(createTicketId("LR")).toMatch(/^[A-Za-z_][A-Za-z0-9._-]*$/);
  });

  test("escapes markup in a session index", () => {
    const sessionIndex = "</samlp:SessionIndex><samlp:SessionIndex>ST-2";
    const root = readXml(renderLogoutRequest({ ...message, sessionIndex }));
    expect(root.elements.map(({ text }) => text)).toEqual(["@NOT_USED@", sessionIndex]);
  });

  test("is sent as a form that the client half reads", () => {
    const { body, contentType } = logoutRequestForm(renderLogoutRequest(message));
    expect(contentType).toBe("application/x-www-form-urlencoded");
    expect(body).toMatch(/^logoutRequest=%3Csamlp%3ALogoutRequest\+/);
    expect(parseLogoutRequest(body)).toEqual({ sessionIndex: message.sessionIndex });
  });
});

test("2.3.3 front channel: the message, deflated and in base64, is added to the address's query", async () => {
  const xml = renderLogoutRequest({ id: "LR-1", issueInstant: new Date(0), sessionIndex: "ST-1" });
  const url = await frontChannelLogoutUrl("https://a.example/out?x=a%20b", xml);
  expect(url).toMatch(/^https:\/\/a\.example\/out\?x=a%20b&logoutRequest=[A-Za-z0-9%]+$/);
  const value = new URL(url).searchParams.get("logoutRequest") ?? "";
  const bytes = Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  expect(await new Response(inflated).text()).toBe(xml);
});

test.each([
  ["https://a.example/out", true],
  ["https://a.example/out?x=ticket", true],
  ["https://a.example/out?ticket=ST-1", false],
  ["https://a.example/out?SAMLart=ST-1", false],
  ["https://a.example/out?logoutRequest=x", false],
  [`https://a.example/${"x".repeat(2048)}`, false],
])("2.3.3 front channel: %s can receive a message: %s", (address, expected) => {
  expect(isFrontChannelAddress(address)).toBe(expected);
});
