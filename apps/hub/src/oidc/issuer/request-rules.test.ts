import { describe, expect, test } from "vitest";
import type { KoaContextWithOIDC } from "./provider.ts";
import { errors } from "./provider.ts";
import { refuseDeepClaims, validateRequest } from "./request-rules.ts";

interface Request {
  readonly method?: string;
  readonly route?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: Readonly<Record<string, unknown>>;
}
/** The refusal of a request; undefined: accepted. */
function refusalOf({ method = "GET", route = "authorization", params, query = {}, body }: Request): unknown {
  try {
    validateRequest({ method, query, oidc: { route, params, body } } as unknown as KoaContextWithOIDC);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("RFC 6749 3.1.1 response_type", () => {
  test.each<[string, Request, boolean]>([
    ["code", { query: { response_type: "code" } }, false],
    ["none", {}, false],
    ["an empty one", { query: { response_type: "" } }, false],
    ["code twice in one value", { query: { response_type: "code code" } }, true],
    ["a token", { query: { response_type: "token" } }, true],
    ["a token in the body", { method: "POST", body: { response_type: "token" } }, true],
    [
      "code in the body, a token in the query",
      { method: "POST", query: { response_type: "token" }, body: { response_type: "code" } },
      false,
    ],
    [
      "a token in the query, and a body",
      { query: { response_type: "token" }, body: { response_type: "code" } },
      true,
    ],
    ["a post without a body", { method: "POST" }, false],
    [
      "a token in a pushed request",
      { method: "POST", route: "pushed_authorization_request", body: { response_type: "token" } },
      true,
    ],
    [
      "a token at another endpoint",
      { method: "POST", route: "token", body: { response_type: "token" } },
      false,
    ],
  ])("%s: refused %s", (_, request, isRefused) => {
    if (isRefused) expect(refusalOf(request)).toBeInstanceOf(errors.UnsupportedResponseType);
    else expect(refusalOf(request)).toBeUndefined();
  });
});

describe("the length of a request", () => {
  test.each<[string, Record<string, unknown>]>([
    ["8,000 bytes in one parameter", { scope: "a".repeat(8_000) }],
    ["8,000 bytes in two", { scope: "a".repeat(4_000), nonce: "b".repeat(4_000) }],
    ["8,000 bytes in a list", { resource: ["a".repeat(4_000), "b".repeat(4_000)] }],
    ["a quotation mark counts twice", { scope: '"'.repeat(4_000) }],
    ["a control character counts six times", { scope: "\u0001".repeat(1_333) }],
    ["parameters without a value", { scope: undefined, nonce: null }],
    ["none", {}],
  ])("accepted: %s", (_, params) => {
    expect(refusalOf({ params })).toBeUndefined();
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["one byte more", { scope: "a".repeat(8_001) }, "scope takes 8001"],
    [
      "in two, of which the longest is named",
      { nonce: "b".repeat(3_001), scope: "a".repeat(5_000) },
      "scope takes 5000",
    ],
    ["in a list", { resource: ["a".repeat(4_001), "b".repeat(4_000)] }, "resource takes 8001"],
    ["bytes and not characters", { scope: "ü".repeat(4_001) }, "scope takes 8002"],
    ["control characters", { scope: "\u0001".repeat(1_334) }, "scope takes 8004"],
  ])("refused: %s", (_, params, named) => {
    const refusal = refusalOf({ params });
    expect(refusal).toBeInstanceOf(errors.InvalidRequest);
    expect(refusal).toMatchObject({
      error_description: `the parameters exceed 8000 bytes, of which ${named}`,
    });
  });

  test("is checked at every endpoint", () => {
    expect(refusalOf({ route: "token", params: { code: "a".repeat(8_001) } })).toBeInstanceOf(
      errors.InvalidRequest,
    );
  });

  test.each([
    [2_000, true],
    [2_001, false],
  ])("with a state of %d bytes the refusal returns to the site: %s", (length, returns) => {
    const refusal = refusalOf({ params: { scope: "a".repeat(8_000), state: "s".repeat(length) } });
    expect(refusal).toBeInstanceOf(errors.InvalidRequest);
    expect((refusal as { allow_redirect?: boolean }).allow_redirect !== false).toBe(returns);
  });
});

describe("OpenID Connect Core 5.5 claims", () => {
  const nested = (levels: number): unknown => (levels === 0 ? "x" : { inner: nested(levels - 1) });

  test.each<[string, unknown, boolean]>([
    ["twelve levels", nested(12), false],
    ["thirteen levels", nested(13), true],
    ["thirteen levels beside a shallow one", { a: 1, b: nested(12) }, true],
    ["lists count as levels", Array.from({ length: 13 }).reduce<unknown>((inner) => [inner], "x"), true],
    ["nothing", undefined, false],
    ["null", null, false],
    ["null inside", { userinfo: { name: null } }, false],
  ])("%s: refused %s", async (_, claims, isRefused) => {
    const judged = refuseDeepClaims(undefined, claims);
    if (isRefused)
      await expect(judged).rejects.toMatchObject({
        error: "invalid_request",
        error_description: "claims parameter is nested too deeply",
      });
    else await expect(judged).resolves.toBeUndefined();
  });
});
