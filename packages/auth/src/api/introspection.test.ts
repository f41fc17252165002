/** Tests of opaque tokens: calls the exports of a route file, with a stand-in hub. Titles name the section. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiInTest, invalidToken, siteSecret, told, withToken } from "../test-support/api-in-test.ts";

let api: ApiInTest;
beforeEach(async () => {
  api = new ApiInTest();
  await api.hub.start();
});
afterEach(() => api.hub.stop());

describe("RFC 7662 opaque tokens", () => {
  it("2.1 the site authenticates with id and secret, form-encoded (RFC 6749 2.3.1)", async () => {
    const token = api.hub.issue();
    await api.make().GET(withToken(token));
    const [{ authorization = "", body = "" } = {}] = api.hub.introspections;
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      token,
      token_type_hint: "access_token",
    });
    const [id, secret] = Buffer.from(authorization.slice(6), "base64").toString().split(":");
    expect([id, new URLSearchParams(`s=${secret}`).get("s")]).toEqual(["bank", siteSecret]);
  });

  it.each([
    ["of another API", { aud: "https://shop.example/api" }],
    ["without audience", { aud: undefined }],
    ["of another issuer", { iss: "https://evil.example/oidc" }],
    ["to refresh with", { token_type: undefined }],
    ["bound to a key (RFC 9449 7.2)", { token_type: "DPoP", cnf: { jkt: "thumb" } }],
    ["bound to a certificate", { cnf: { "x5t#S256": "thumb" } }],
    ["of a program (client credentials)", { sub: undefined }],
    ["of a program that names itself", { sub: "budget" }],
  ])("2.2 a token %s is invalid_token", async (_, claims) => {
    expect(await told(await api.make().GET(withToken(api.hub.issue(claims))))).toEqual(invalidToken);
  });

  it("4 an answer is cached for cacheSeconds", async () => {
    const { GET } = api.make({ cacheSeconds: 5 });
    const token = api.hub.issue();
    for (const _ of [1, 2, 3]) expect((await GET(withToken(token))).status).toBe(200);
    expect(api.hub.introspections).toHaveLength(1);
    api.hub.tokens.delete(token);
    api.now += 4_999;
    expect((await GET(withToken(token))).status).toBe(200);
    api.now += 1;
    expect((await GET(withToken(token))).status).toBe(401);
  });

  it("4 an answer is not used after the token's expiry, nor for another token", async () => {
    const { GET } = api.make({ cacheSeconds: 5 });
    const token = api.hub.issue({ exp: Math.floor(api.now / 1000) + 2 });
    expect((await GET(withToken(token))).status).toBe(200);
    expect((await GET(withToken(`${token}x`))).status).toBe(401);
    api.hub.tokens.delete(token);
    api.now += 2_000;
    expect((await GET(withToken(token))).status).toBe(401);
  });

  it("4 a revoked token is refused in the next call, unless cacheSeconds is set", async () => {
    const { GET } = api.make();
    const token = api.hub.issue();
    expect((await GET(withToken(token))).status).toBe(200);
    api.hub.tokens.delete(token);
    expect((await GET(withToken(token))).status).toBe(401);
  });

  it("4 concurrent calls share an introspection that starts after they arrive", async () => {
    const { GET } = api.make();
    const token = api.hub.issue();
    const held = api.hub.hold();
    const first = GET(withToken(token));
    await held.reached;
    const burst = Array.from({ length: 8 }, () => GET(withToken(token)));
    held.release();
    const answers = await Promise.all([first, ...burst]);
    expect(answers.map(({ status }) => status)).toEqual(Array(9).fill(200));
    expect(api.hub.introspections).toHaveLength(2);
  });

  it("4 a call after the revocation is refused while an older introspection is pending", async () => {
    const { GET } = api.make();
    const token = api.hub.issue();
    const held = api.hub.hold();
    const before = GET(withToken(token));
    await held.reached;
    api.hub.tokens.delete(token);
    const after = GET(withToken(token));
    held.release();
    expect([(await before).status, (await after).status]).toEqual([200, 401]);
  });

  it("4 a failed introspection does not fail later calls", async () => {
    const { GET } = api.make();
    const token = api.hub.issue();
    const held = api.hub.hold();
    api.hub.answer = { status: 500, body: "" };
    const first = GET(withToken(token));
    await held.reached;
    const second = GET(withToken(token));
    api.hub.answer = null;
    held.release();
    expect([(await first).status, (await second).status]).toEqual([503, 200]);
  });

  it("cacheSeconds is at most five", async () => {
    const { GET } = api.make({ cacheSeconds: 3600 });
    const token = api.hub.issue();
    await GET(withToken(token));
    api.hub.tokens.delete(token);
    api.now += 5_000;
    expect((await GET(withToken(token))).status).toBe(401);
  });
});
