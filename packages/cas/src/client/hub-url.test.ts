import { describe, expect, test } from "vitest";
import { CasClientError } from "./cas-client-error.ts";
import { loginUrl, logoutUrl, serviceValidateRequest } from "./hub-url.ts";

const hub = "https://hub.example";
const service = "https://shop.example/cb?state=a&b=ü#x";
const parametersOf = (url: string): [string, string][] => [...new URL(url).searchParams];

describe("2.1.1 the login URL", () => {
  test("contains the encoded service", () => {
    expect(loginUrl(hub, { service: "https://shop.example/cb?a=b&c=d" })).toBe(
      "https://hub.example/cas/login?service=https%3A%2F%2Fshop.example%2Fcb%3Fa%3Db%26c%3Dd",
    );
  });

  test("contains renew, gateway and reason if given", () => {
    expect(parametersOf(loginUrl(hub, { service, renew: true, reason: "idle" }))).toEqual([
      ["service", service],
      ["renew", "true"],
      ["reason", "idle"],
    ]);
    expect(parametersOf(loginUrl(new URL(hub), { service, gateway: true }))).toEqual([
      ["service", service],
      ["gateway", "true"],
    ]);
  });

  test("omits a flag that is false: some servers check for the name alone", () => {
    expect(parametersOf(loginUrl(hub, { service, renew: false, gateway: false }))).toEqual([
      ["service", service],
    ]);
  });
});

test("HUB_URL may be http, for development", () => {
  expect(logoutUrl("http://hub.localhost:3000")).toBe("http://hub.localhost:3000/cas/logout");
});

describe("2.3.1 the logout URL", () => {
  test("contains the service to return to, if given", () => {
    expect(logoutUrl(hub)).toBe("https://hub.example/cas/logout");
    expect(parametersOf(logoutUrl(hub, { service }))).toEqual([["service", service]]);
  });
});

describe("2.5.1 the validation request", () => {
  test("asks for JSON at /p3/serviceValidate and follows no redirect", () => {
    const request = serviceValidateRequest(hub, { service, ticket: "ST-1", renew: true });
    expect(request.method).toBe("GET");
    expect(request.redirect).toBe("manual");
    expect(request.headers.get("accept")).toBe("application/json");
    expect(new URL(request.url).pathname).toBe("/cas/p3/serviceValidate");
    expect(parametersOf(request.url)).toEqual([
      ["service", service],
      ["ticket", "ST-1"],
      ["renew", "true"],
      ["format", "JSON"],
    ]);
  });

  test.each([
    "ST-1&service=https://evil.example",
    "ST-1#",
    "ST-1%26renew=false",
    "ST-1&format=XML",
    "ST-1\r\nHost: evil.example",
    "ST 1+2",
  ])("encodes the ticket %j, so that it cannot add a parameter (CVE-2014-4172)", (ticket) => {
    const { url } = serviceValidateRequest(hub, { service, ticket });
    expect(parametersOf(url)).toEqual([
      ["service", service],
      ["ticket", ticket],
      ["format", "JSON"],
    ]);
  });
});

describe("HUB_URL", () => {
  test.each(["", "hub.example", "hub.localhost:3000", "/hub", "ftp://hub.example", "javascript:0"])(
    "%j is refused, and the error shows a valid origin",
    (wrong) => {
      for (const act of [
        () => loginUrl(wrong, { service }),
        () => logoutUrl(wrong),
        () => serviceValidateRequest(wrong, { service, ticket: "ST-1" }),
      ]) {
        expect(act).toThrow(CasClientError);
        expect(act).toThrow(expect.objectContaining({ code: "hub_url_invalid" }));
        expect(act).toThrow(/HUB_URL should be/);
      }
    },
  );
});
