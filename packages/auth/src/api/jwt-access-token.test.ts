/** Tests of JWTs: calls the exports of a route file, with a stand-in hub. Titles name the section. */
import { generateKeyPair, UnsecuredJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiInTest, invalidToken, told, withToken } from "../test-support/api-in-test.ts";

let api: ApiInTest;
beforeEach(async () => {
  api = new ApiInTest();
  await api.hub.start();
});
afterEach(() => api.hub.stop());

describe("RFC 9068 4 JWT access tokens", () => {
  it("ES256 and RS256 are verified with the hub's keys, fetched once, without introspection", async () => {
    const { GET } = api.make();
    for (const token of [
      await api.hub.sign(),
      await api.hub.signRsa(),
      await api.hub.sign({ aud: ["x", "https://bank.example/api"] }),
    ]) {
      const answer = await GET(withToken(token));
      expect([answer.status, await answer.json()]).toEqual([200, { personId: "alice-id", siteId: "budget" }]);
    }
    expect([api.hub.keysAsked, api.hub.introspections.length]).toEqual([1, 0]);
  });

  it.each([
    ["of another API", { aud: "https://shop.example/api" }, {}],
    ["of another issuer", { iss: "https://evil.example/oidc" }, {}],
    ["that has expired", { exp: 1 }, {}],
    ["without end", { exp: undefined }, {}],
    ["that is an ID token", { aud: "budget" }, { typ: "JWT" }],
    ["of type JWT", {}, { typ: "JWT" }],
    ["that is a logout token", {}, { typ: "logout+jwt" }],
    ["without type", {}, { typ: undefined }],
    ["of a program", { sub: "budget" }, {}],
    ["without client_id", { client_id: undefined }, {}],
    ["bound to a key", { cnf: { jkt: "thumb" } }, {}],
    ["with a kid of nobody", {}, { kid: "other" }],
    ["with critical words we do not know", {}, { crit: ["x"], x: 1 }],
  ])("2.2 a token %s is invalid_token", async (_, claims, header) => {
    const token = await api.hub.sign(claims, header).catch(() => brokenCrit());
    expect(await told(await api.make().GET(withToken(token)))).toEqual(invalidToken);
  });

  it("RFC 8725 3.1 refuses alg none, a symmetric key, and a key in the token", async () => {
    const { GET } = api.make();
    const none = `${new UnsecuredJWT(api.hub.claims()).encode()}x`;
    const secret = await api.hub.sign(
      {},
      { alg: "HS256" },
      new TextEncoder().encode("k".repeat(32)) as never,
    );
    const { privateKey } = await generateKeyPair("ES256");
    const own = await api.hub.sign({}, { jku: "https://evil.example/jwks", jwk: { kty: "EC" } }, privateKey);
    for (const token of [none, secret, own])
      expect(await told(await GET(withToken(token)))).toEqual(invalidToken);
  });

  it("a changed claim is refused", async () => {
    const [header, , signature] = (await api.hub.sign()).split(".");
    const claims = Buffer.from(JSON.stringify({ ...api.hub.claims(), scope: "transfers.write" })).toString(
      "base64url",
    );
    expect(await told(await api.make().GET(withToken(`${header}.${claims}.${signature}`)))).toEqual(
      invalidToken,
    );
    expect(await told(await api.make().GET(withToken("a.b.c")))).toEqual(invalidToken);
  });
});

/** A token with an unknown critical header, which the library refuses to sign. */
function brokenCrit(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "ES256", typ: "at+jwt", kid: "ES256", crit: ["x"], x: 1 })}.${part(api.hub.claims())}.c2ln`;
}
