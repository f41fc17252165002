import { describe, expect, test } from "vitest";
import { CasError } from "./cas-error.ts";
import { parseParameters } from "./parameters.ts";
import {
  isAllowedCallback,
  parseProxyCallback,
  proxyCallbackFailed,
  proxyCallbackUrl,
  proxyChainRefused,
  proxyChainTooLong,
  proxyNotAllowed,
} from "./proxy-callback.ts";
import { parseProxyRequest, targetNotAllowed, unknownProxyGrantingTicket } from "./proxy-request.ts";
import { renderJsonProxyFailure, renderJsonProxySuccess, renderJsonSuccess } from "./response-json.ts";
import { renderTextSuccess } from "./response-text.ts";
import { renderXmlProxyFailure, renderXmlProxySuccess, renderXmlSuccess } from "./response-xml.ts";
import { parseServicePattern } from "./service-pattern.ts";
import { createTicketId } from "./ticket-id.ts";

function refusalOf(run: () => unknown): { readonly code: string; readonly description: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof CasError) return error;
    throw error;
  }
  return { code: "none", description: "" };
}
const codeOf = (run: () => unknown): string => refusalOf(run).code;

describe("2.5.4 the proxy callback", () => {
  test.each([
    ["plain http", "http://a.example/pgt", /begin with https:\/\/\.$/],
    ["https later on", "http://a.example/https:", /begin with https:\/\/\.$/],
    ["no address", "pgt", /begin with https/],
    ["another scheme", "file:///etc/passwd", /begin with https/],
    ["no host", "https:///pgt", /and a host/],
    ["a port that is none", "https://a.example:99999/", /not a URL/],
    ["user info", "https://u:p@a.example/pgt", /username/],
    ["a backslash", "https://a.example\\@b.example/", /backslash/],
    ["a line break", "https://a.example/\r\nx", /control character/],
    ["a fragment", "https://a.example/pgt#x", /fragment/],
    ["an empty fragment", "https://a.example/pgt#", /fragment/],
    ["pgtId", "https://a.example/pgt?pgtId=PGT-1", /named pgtId/],
    ["pgtId in disguise", "https://a.example/pgt?%70gtId=PGT-1", /named pgtId/],
    ["pgtIou without a value", "https://a.example/pgt?a=b&pgtIou", /named pgtIou/],
    ["2049 characters", `https://a.example/${"a".repeat(2031)}`, /longer than 2048/],
  ])("%s is INVALID_PROXY_CALLBACK, and the message says why", (_, pgtUrl, description) => {
    const refusal = refusalOf(() => parseProxyCallback(pgtUrl));
    expect(refusal.code).toBe("INVALID_PROXY_CALLBACK");
    expect(refusal.description).toMatch(/^The proxy callback /);
    expect(refusal.description).toMatch(description);
    expect(refusal.description).not.toContain(pgtUrl);
  });

  test("2048 characters are allowed", () => {
    expect(codeOf(() => parseProxyCallback(`https://a.example/${"a".repeat(2030)}`))).toBe("none");
  });

  test("the chain contains it as a browser would serialise it", () => {
    expect(parseProxyCallback("HTTPS://A.example:443?a=%20").url).toBe("https://a.example/?a=%20");
  });

  test.each([
    ["https://a.example/pgt", "https://a.example/pgt?pgtIou=PGTIOU-1&pgtId=PGT-1"],
    ["https://a.example/pgt?ticket=1", "https://a.example/pgt?ticket=1&pgtIou=PGTIOU-1&pgtId=PGT-1"],
    ["https://a.example/pgt?x=a%20b+c", "https://a.example/pgt?x=a%20b+c&pgtIou=PGTIOU-1&pgtId=PGT-1"],
  ])("%s keeps its query unchanged", (pgtUrl, called) => {
    const tickets = { pgtId: "PGT-1", pgtIou: "PGTIOU-1" };
    expect(proxyCallbackUrl(parseProxyCallback(pgtUrl), tickets)).toBe(called);
  });

  test("only a registered one is called, with any query", () => {
    const allowed = [parseServicePattern("https://a.example/pgt")];
    const isAllowed = (url: string) => isAllowedCallback(parseProxyCallback(url), allowed);
    expect([isAllowed("https://a.example/pgt"), isAllowed("https://a.example/pgt?a=b")]).toEqual([
      true,
      true,
    ]);
    for (const url of ["https://a.example/pgt/", "https://b.example/pgt", "https://a.example:8443/pgt"])
      expect(isAllowed(url), url).toBe(false);
  });

  test("has to match one of the registered ones; without any, none is called", () => {
    const callback = parseProxyCallback("https://a.example/pgt");
    const patterns = ["https://b.example/pgt", "https://a.example/*"].map(parseServicePattern);
    expect([isAllowedCallback(callback, patterns), isAllowedCallback(callback, [])]).toEqual([true, false]);
  });

  test.each([
    ["timeout", "did not answer in time"],
    ["refused", "refused the connection"],
    ["address_forbidden", "may not call"],
    ["unresolved", "host name that cannot be found"],
    ["certificate", "certificate that this server does not trust"],
    ["failed", "could not be called"],
    ["redirected", "redirect, which is not followed"],
    ["not-200", "did not answer with status 200"],
  ] as const)("%s: a failed callback %s", (fault, reason) => {
    const { code, description } = proxyCallbackFailed(fault);
    expect([code, description]).toEqual(["INVALID_PROXY_CALLBACK", expect.stringContaining(reason)]);
    expect(description).toMatch(/^The proxy callback [^.]+\.$/);
  });

  test("the message ends with advice", () => {
    expect(proxyCallbackFailed("timeout", "Look at its log.").description).toBe(
      "The proxy callback did not answer in time. Look at its log.",
    );
  });

  test("2.5.3 an unregistered one and a chain that is too long are UNAUTHORIZED_SERVICE_PROXY", () => {
    const refusals = [proxyNotAllowed(), proxyChainRefused()];
    expect(refusals.map(({ code }) => code)).toEqual(Array(2).fill("UNAUTHORIZED_SERVICE_PROXY"));
    expect(refusals.map(({ description }) => description)).toEqual([
      expect.stringContaining("cas.proxy.callbacks"),
      expect.stringContaining("8 proxies"),
    ]);
  });

  test("a chain has at most eight proxies", () => {
    const chain = (length: number) => Array.from({ length }, () => "https://a.example/pgt");
    expect([proxyChainTooLong(chain(8)), proxyChainTooLong(chain(9))]).toEqual([false, true]);
  });
});

describe("2.7 /proxy", () => {
  const parse = (query: string) => parseProxyRequest(parseParameters(query));

  const granted = createTicketId("PGT");

  test("2.7.1 pgt and targetService", () => {
    const { pgt, targetService } = parse(`pgt=${granted}&targetService=https%3A%2F%2Fa.example%2Fx%3Fy%3Dz`);
    expect([pgt, targetService.url]).toEqual([granted, "https://a.example/x?y=z"]);
  });

  test.each([
    ["nothing", "", "pgt"],
    ["pgt alone", `pgt=${granted}`, "targetService"],
    ["an empty target", `pgt=${granted}&targetService=`, "targetService"],
    ["targetService alone", "targetService=https://a.example", "pgt"],
    ["an empty pgt", "pgt=&targetService=https://a.example", "pgt"],
    ["PGT", `PGT=${granted}&targetService=https://a.example`, "pgt"],
    ["targetservice", `pgt=${granted}&targetservice=https://a.example`, "targetService"],
  ])("2.7.3 %s alone is INVALID_REQUEST", (_, query, name) => {
    const { code, description } = refusalOf(() => parse(query));
    expect([code, description]).toEqual(["INVALID_REQUEST", expect.stringContaining(`${name} is missing`)]);
  });

  test.each([
    ...(["PGTIOU", "ST", "PT", "TGT", "LT"] as const).map((kind) => [kind, createTicketId(kind)]),
    ["ticket too short", "PGT-1"],
    ["ticket too long", `${granted}x`],
    ["<script>", "<script>"],
  ])("2.7.3 a %s is not a proxy-granting ticket: INVALID_REQUEST, as for an unknown one", (_, pgt = "") => {
    const refusal = refusalOf(() => parse(`pgt=${encodeURIComponent(pgt)}&targetService=https://a.example`));
    expect(refusal).toEqual(unknownProxyGrantingTicket());
    expect([refusal.code, refusal.description.includes(pgt)]).toEqual(["INVALID_REQUEST", false]);
  });

  test.each(["mailto:a", "imap.example", "https://u@a.example/", "https://a.example/?ticket=ST-1"])(
    "2.7.3 the target %s belongs to no site: UNAUTHORIZED_SERVICE",
    (target) =>
      expect(
        refusalOf(() => parse(`pgt=${granted}&targetService=${encodeURIComponent(target)}`)),
      ).toMatchObject({
        code: "UNAUTHORIZED_SERVICE",
        description: "The target service is no address of a site.",
        cause: expect.any(CasError),
      }),
  );

  test("2.7.1 an unsupported format is refused", () => {
    expect(codeOf(() => parse(`pgt=${granted}&targetService=https://a.example&format=YAML`))).toBe(
      "INVALID_REQUEST",
    );
  });

  test("2.7.3 the errors say what to do", () => {
    expect(unknownProxyGrantingTicket().description).toMatch(/not known.*login/);
    expect(targetNotAllowed().description).toContain("cas.proxy.targets");
  });

  test("2.7.2 success and failure in XML, one element per line", () => {
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

  test("XML: one proxy per line", () => {
    expect(renderXmlSuccess(success).body.split("\n").slice(2, -3)).toEqual([
      "    <cas:user>alice</cas:user>",
      "    <cas:proxyGrantingTicket>PGTIOU-1</cas:proxyGrantingTicket>",
      "    <cas:proxies>",
      "      <cas:proxy>https://near.example/pgt?a=1&amp;b=2</cas:proxy>",
      "      <cas:proxy>https://far.example/pgt</cas:proxy>",
      "    </cas:proxies>",
    ]);
  });

  test("JSON: a list, the latest proxy first", () => {
    expect(JSON.parse(renderJsonSuccess(success).body)).toEqual({
      serviceResponse: { authenticationSuccess: success },
    });
  });

  test("2.4.2 CAS 1 text: neither proxies nor PGTIOU", () => {
    expect(renderTextSuccess(success).body).toBe("yes\nalice\n");
  });
});
