/** Subject identifiers at APIs; titled by section. */
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";

/** RFC 7636, appendix B */
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const opaqueApi = "https://bank.example/api";
const jwtApi = "https://jwt.example/api";
const ownApi = "https://shop.example/api";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop, bank }) => ({
      shop: shop.registration({
        oidc: {
          redirectUris: [`${shop.origin}/oidc/callback`],
          scopes: ["openid", "profile", "email", "accounts.read", "cards.read", "carts.read"],
          subject: "pairwise",
        },
        api: { resource: ownApi, scopes: { "carts.read": "see your carts" }, tokens: "jwt" },
      }),
      bank: bank.registration({
        api: { resource: opaqueApi, scopes: { "accounts.read": "see your accounts" } },
      }),
      cards: {
        id: "cards",
        name: "Cards",
        url: "https://jwt.example/",
        firstParty: true,
        oidc: { redirectUris: ["https://jwt.example/callback"], clientAuthentication: "none" },
        api: { resource: jwtApi, scopes: { "cards.read": "see your cards" }, tokens: "jwt" },
      },
    }),
  });
  alice = await opened.createPerson();
});
afterAll(() => opened.close());

const post = async (path: string, authorization: string, fields: Record<string, string>) => {
  const headers = { authorization, "content-type": "application/x-www-form-urlencoded" };
  const body = new URLSearchParams(fields).toString();
  return JSON.parse((await new TestBrowser(opened).send("POST", path, headers, body)).body);
};

/** Requests tokens for an API as the shop, which has pairwise subjects. */
async function tokensFor(resource: string, scope: string) {
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  const redirectUri = `${opened.shop.origin}/oidc/callback`;
  const query = new URLSearchParams({
    client_id: "shop",
    redirect_uri: redirectUri,
    response_type: "code",
    scope: `openid ${scope}`,
    resource,
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
  const { location } = await browser.get(`/oidc/auth?${query}`);
  return post("/oidc/token", opened.shop.authorization, {
    grant_type: "authorization_code",
    code: new URL(location).searchParams.get("code") ?? "",
    redirect_uri: redirectUri,
    code_verifier: verifier,
    resource,
  });
}

describe("OpenID Connect Core 8.1 subject identifiers at an API", () => {
  test("RFC 7662 2.2 introspection of an opaque token returns the subject of the asking site", async () => {
    const tokens = await tokensFor(opaqueApi, "accounts.read");
    const seen = await post("/oidc/token/introspection", opened.bank.authorization, {
      token: tokens.access_token,
    });
    expect(seen).toMatchObject({ active: true, client_id: "shop", sub: alice.id });
    expect(decodeJwt(tokens.id_token).sub).not.toBe(alice.id);
  });

  test("RFC 9068 2.2 a JWT has the subject that its audience knows", async () => {
    const tokens = await tokensFor(jwtApi, "cards.read");
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: jwtApi, client_id: "shop", sub: alice.id });
  });

  test("RFC 9068 2.2 also if the audience uses pairwise subjects", async () => {
    const tokens = await tokensFor(ownApi, "carts.read");
    expect(decodeJwt(tokens.access_token).sub).toBe(decodeJwt(tokens.id_token).sub);
    expect(decodeJwt(tokens.access_token).sub).not.toBe(alice.id);
  });
});
