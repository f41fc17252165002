import { expect, test } from "vitest";
import { answerHeaders, pageHeaders } from "./response-headers.ts";

const styleSources = ["'sha256-abc='"];
const page = {
  secure: true,
  dev: false,
  formsLeaveHub: false,
  keepsOpener: false,
  styleSources,
  pictureSources: [],
};

function directives(headers: Record<string, string>): Map<string, string> {
  const policy = headers["content-security-policy"] ?? "";
  return new Map(policy.split("; ").map((line) => [line.split(" ")[0] ?? "", line]));
}

test("a page runs only the hub's own files and is drawn by the styles of its document alone: ASVS 3.4.3", () => {
  const policy = directives(pageHeaders(page));
  expect(policy.get("default-src")).toBe("default-src 'none'");
  expect(policy.get("script-src")).toBe("script-src 'self'");
  expect(policy.get("style-src")).toBe("style-src 'sha256-abc='");
  expect(policy.get("base-uri")).toBe("base-uri 'none'");
  expect([...policy.values()].join()).not.toContain("unsafe");
});

test("a page cannot be framed: ASVS 3.4.6", () => {
  const headers = pageHeaders(page);
  expect(directives(headers).get("frame-ancestors")).toBe("frame-ancestors 'none'");
  expect(headers["x-frame-options"]).toBe("DENY");
});

test("forms post to the hub only, except the one that delivers a ticket to a site: ASVS 3.4.3", () => {
  const target = (formsLeaveHub: boolean) =>
    directives(pageHeaders({ ...page, formsLeaveHub })).get("form-action");
  expect(target(false)).toBe("form-action 'self'");
  expect(target(true)).toBeUndefined();
});

test("a page's own forms have an Origin, and other sites do not learn the address: ASVS 3.4.5", () => {
  expect(pageHeaders(page)["referrer-policy"]).toBe("same-origin");
  expect(answerHeaders(true)["referrer-policy"]).toBe("no-referrer");
});

test("responses other than pages are not cached, sniffed or rendered: ASVS 3.2.1, 3.4.4, 14.3.2", () => {
  for (const headers of [answerHeaders(true), pageHeaders(page)]) {
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      pragma: "no-cache",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(Date.parse(headers.expires ?? "")).toBe(0);
  }
  expect(answerHeaders(true)["content-security-policy"]).toContain("sandbox");
});

test("https is required for two years, over https only: ASVS 3.4.1", () => {
  const header = "strict-transport-security";
  expect(answerHeaders(true)[header]).toBe("max-age=63072000; includeSubDomains");
  expect(pageHeaders(page)[header]).toBe("max-age=63072000; includeSubDomains");
  expect([answerHeaders(false)[header], pageHeaders({ ...page, secure: false })[header]]).toEqual([
    undefined,
    undefined,
  ]);
});

test("a document without styles allows none", () => {
  const policy = directives(pageHeaders({ ...page, styleSources: [] }));
  expect(policy.get("style-src")).toBe("style-src 'none'");
});

test("development alone allows inline scripts, evaluation and untyped scripts, which the framework needs", () => {
  const inDevelopment = directives(pageHeaders({ ...page, dev: true }));
  expect(inDevelopment.get("script-src")).toBe("script-src 'self' 'unsafe-inline' 'unsafe-eval'");
  expect(inDevelopment.has("require-trusted-types-for")).toBe(false);
});

test("the policy of a page is complete: fonts, pictures and requests of the hub alone, scripts by trusted types", () => {
  expect(pageHeaders(page)["content-security-policy"]).toBe(
    [
      ...["default-src 'none'", "script-src 'self'", "style-src 'sha256-abc='", "img-src 'self' data:"],
      ...["font-src 'self'", "connect-src 'self'", "form-action 'self'", "base-uri 'none'"],
      ...["frame-ancestors 'none'", "require-trusted-types-for 'script'"],
    ].join("; "),
  );
  const longer = pageHeaders({ ...page, dev: true, formsLeaveHub: true })["content-security-policy"];
  expect(longer?.split("; ")).toHaveLength(8);
});

test("pictures of front-channel logout come from their sites, each named once", () => {
  const pictureSources = ["https://a.example", "https://b.example", "https://a.example"];
  expect(directives(pageHeaders({ ...page, pictureSources })).get("img-src")).toBe(
    "img-src 'self' data: https://a.example https://b.example",
  );
});

test.each([
  [false, "same-origin"],
  [true, "unsafe-none"],
])("a page that keeps its opener (%s) has the opener policy %s: ASVS 3.4.8", (keepsOpener, policy) => {
  expect(pageHeaders({ ...page, keepsOpener })["cross-origin-opener-policy"]).toBe(policy);
});

test("a page uses passkeys of the hub, and neither camera, microphone nor position", () => {
  expect(pageHeaders(page)["permissions-policy"]).toBe(
    "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=()",
  );
});
