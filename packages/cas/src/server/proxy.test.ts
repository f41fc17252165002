import { describe, expect, test } from "vitest";
import { CasError } from "./cas-error.ts";
import { parseParameters } from "./parameters.ts";
import {
  isAllowedCallback,
  parseProxyCallback,
  proxyCallbackFailed,
  proxyCallbackUrl,
  proxyChainTooLong,
} from "./proxy-callback.ts";
import { parseProxyRequest, targetNotAllowed, unknownProxyGrantingTicket } from "./proxy-request.ts";
import { renderJsonProxyFailure, renderJsonProxySuccess, renderJsonSuccess } from "./response-json.ts";
import { renderXmlProxyFailure, renderXmlProxySuccess, renderXmlSuccess } from "./response-xml.ts";
import { parseServicePattern } from "./service-pattern.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CasError) return error.code;
    throw error;
  }
  return "none";
}

describe("2.5.4 the proxy callback", () => {
  test.each([
    ["plain http", "http://a.example/pgt"],
    ["no address", "pgt"],
    ["user info", "https://u:p@a.example/pgt"],
    ["a backslash", "https://a.example\\@b.example/"],
    ["a line break", "https://a.example/\r\nx"],
    ["another scheme", "file:///etc/passwd"],
    ["the tickets' own names", "https://a.example/pgt?pgtId=PGT-1"],
    ["2049 characters", `https://a.example/${"a".repeat(2031)}`],
  ])("%s is INVALID_PROXY_CALLBACK", (_, pgtUrl) => {
    expect(codeOf(() => parseProxyCallback(pgtUrl))).toBe("INVALID_PROXY_CALLBACK");
  });

  test.each([
    ["https://a.example/pgt", "https://a.example/pgt?pgtId=PGT-1&pgtIou=PGTIOU-1"],
    ["https://a.example/pgt?x=a%20b+c", "https://a.example/pgt?x=a%20b+c&pgtId=PGT-1&pgtIou=PGTIOU-1"],
  ])("%s keeps its query, character by character", (pgtUrl, called) => {
    const tickets = { pgtId: "PGT-1", pgtIou: "PGTIOU-1" };
    expect(proxyCallbackUrl(parseProxyCallback(pgtUrl), tickets)).toBe(called);
  });

  test("only what is registered is called, whatever its query", () => {
    const allowed = [parseServicePattern("https://a.example/pgt")];
    const isAllowed = (url: string) => isAllowedCallback(parseProxyCallback(url), allowed);
    expect([isAllowed("https://a.example/pgt"), isAllowed("https://a.example/pgt?a=b")]).toEqual([
      true,
      true,
    ]);
    for (const url of ["https://a.example/pgt/", "https://b.example/pgt", "https://a.example:8443/pgt"])
      expect(isAllowed(url), url).toBe(false);
  });

  test("every way to fail has a sentence of its own", () => {
    const faults = [
      "timeout",
      "refused",
      "address_forbidden",
      "unresolved",
      "certificate",
      "failed",
    ] as const;
    const errors = [...faults, "redirected" as const, "not-200" as const].map(proxyCallbackFailed);
    expect(new Set(errors.map(({ description }) => description)).size).toBe(8);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(["INVALID_PROXY_CALLBACK"]));
  });

  test("a chain of eight proxies is the longest", () => {
    const chain = (length: number) => Array.from({ length }, () => "https://a.example/pgt");
    expect([proxyChainTooLong(chain(8)), proxyChainTooLong(chain(9))]).toEqual([false, true]);
  });
});

describe("2.7 /proxy", () => {
  const parse = (query: string) => parseProxyRequest(parseParameters(query));

  test("2.7.1 pgt and targetService", () => {
    const { pgt, targetService } = parse("pgt=PGT-1&targetService=https%3A%2F%2Fa.example%2Fx%3Fy%3Dz");
    expect([pgt, targetService.url]).toEqual(["PGT-1", "https://a.example/x?y=z"]);
  });

  test.each(["", "pgt=PGT-1", "targetService=https://a.example", "pgt=&targetService=https://a.example"])(
    "2.7.3 %j lacks one: INVALID_REQUEST",
    (query) => expect(codeOf(() => parse(query))).toBe("INVALID_REQUEST"),
  );

  test("2.7.3 a target that is no address is no site's", () => {
    expect(codeOf(() => parse("pgt=PGT-1&targetService=mailto:a"))).toBe("UNAUTHORIZED_SERVICE");
  });

  test("2.7.2 success and failure in XML, one element a line", () => {
    expect(renderXmlProxySuccess("PT-1").body).toBe(
      [
        '<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">',
        "  <cas:proxySuccess>",
        "    <cas:proxyTicket>PT-1</cas:proxyTicket>",
        "  </cas:proxySuccess>",
        "</cas:serviceResponse>",
        "",
      ].join("\n"),
    );
    expect(renderXmlProxyFailure(targetNotAllowed()).body).toContain(
      '<cas:proxyFailure code="UNAUTHORIZED_SERVICE">',
    );
  });

  test("2.7.2 success and failure in JSON", () => {
    expect(JSON.parse(renderJsonProxySuccess("PT-1").body)).toEqual({
      serviceResponse: { proxySuccess: { proxyTicket: "PT-1" } },
    });
    const { code, description } = unknownProxyGrantingTicket();
    expect(JSON.parse(renderJsonProxyFailure(unknownProxyGrantingTicket()).body)).toEqual({
      serviceResponse: { proxyFailure: { code, description } },
    });
  });
});

describe("2.6.2 a validation with proxies", () => {
  const success = {
    user: "alice",
    proxyGrantingTicket: "PGTIOU-1",
    proxies: ["https://near.example/pgt?a=1&b=2", "https://far.example/pgt"],
  };

  test("XML: in the order of the schema, the latest proxy first, escaped", () => {
    const attributes = {
      authenticationDate: new Date("2026-11-21T08:00:00Z"),
      longTermAuthenticationRequestTokenUsed: false,
      isFromNewLogin: false,
      released: [],
    };
    const { body } = renderXmlSuccess({ ...success, attributes });
    const names = [...body.matchAll(/^ {4}<cas:(\w+)>/gm)].map(([, name]) => name);
    expect(names).toEqual(["user", "attributes", "proxyGrantingTicket", "proxies"]);
    expect([...body.matchAll(/<cas:proxy>(.*)<\/cas:proxy>/g)].map(([, url]) => url)).toEqual([
      "https://near.example/pgt?a=1&amp;b=2",
      "https://far.example/pgt",
    ]);
  });

  test("JSON: a list", () => {
    expect(JSON.parse(renderJsonSuccess(success).body)).toEqual({
      serviceResponse: { authenticationSuccess: success },
    });
  });
});
