/** Codes and tokens that are refused, with which error, and what the log says of it; titled by section. */
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  alice,
  beginLog,
  browser,
  closeBadInputFixture,
  codeFor,
  errorAt,
  expectLogged,
  jwtApi,
  opaqueApi,
  openBadInputFixture,
  opened,
  other,
  site,
} from "../../test-support/bad-input-fixture.ts";
import { type RelyingSite, type Tokens, verifier } from "../../test-support/relying-site.ts";
import { suiteSecret, suiteSite } from "../../test-support/suite-site.ts";
import { createLogoutToken } from "../keys/logout-token.ts";

beforeAll(openBadInputFixture);
beforeEach(beginLog);
afterAll(closeBadInputFixture);

describe("RFC 6749 4.1.3 a code", () => {
  test.each<[string, Record<string, string | undefined>, string]>([
    ["with another verifier", { code_verifier: "x".repeat(43) }, "invalid_grant"],
    ["without its verifier", { code_verifier: undefined }, "invalid_grant"],
    ["with an empty verifier", { code_verifier: "" }, "invalid_grant"],
    [
      "with the challenge for a verifier",
      { code_verifier: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" },
      "invalid_grant",
    ],
    ["for another redirect URI", { redirect_uri: "https://suite.example/callback" }, "invalid_grant"],
    ["without its redirect URI", { redirect_uri: undefined }, "invalid_request"],
  ])("%s is refused, and logged without its values", async (_, wrong, error) => {
    const code = await codeFor();
    const answer = await site.exchange(code, wrong);
    expect([answer.status, answer.json.error]).toEqual([400, error]);
    expectLogged("grant", error, code, verifier, suiteSecret);
  });

  test("of another site is refused, and stays valid for its own", async () => {
    const code = await codeFor();
    expect((await other.exchange(code)).json.error).toBe("invalid_grant");
    expect((await site.exchange(code)).status).toBe(200);
  });

  test("10.5 older than a minute is refused", async () => {
    const code = await codeFor();
    await opened.advance(61);
    expect((await site.exchange(code)).json.error).toBe("invalid_grant");
  });

  test.each(["\0", "a\0b", "'; DROP TABLE users; --", "x".repeat(5000), "#".repeat(64), ""])(
    "that does not exist (%j) is refused without a 500",
    async (code) => {
      const { status, json } = await site.exchange(code);
      expect([status, json.error]).toEqual([400, code === "" ? "invalid_request" : "invalid_grant"]);
    },
  );
});

describe("RFC 6749 5.2 a token request", () => {
  test.each<[string, string, string]>([
    ["by password", "grant_type=password&username=alice&password=x", "unsupported_grant_type"],
    ["by a grant of its own", "grant_type=anything", "unsupported_grant_type"],
    ["by a grant that is not registered", "grant_type=client_credentials", "unauthorized_client"],
    ["with a parameter twice", "grant_type=authorization_code&code=a&code=b", "invalid_request"],
    ["with its grant twice", "grant_type=refresh_token&grant_type=refresh_token", "invalid_request"],
    ["without a grant", "code=a", "invalid_request"],
  ])("%s", async (_, body, error) => {
    const authorization = `Basic ${btoa(`suite:${suiteSecret}`)}`;
    const { status, json } = await site.postRaw("/oidc/token", body, { authorization });
    expect([status, json.error]).toEqual([400, error]);
    expectLogged("grant", error, suiteSecret);
  });
});

describe("RFC 8725 3.11, RFC 9700 2.3 a token of another kind or for another audience", () => {
  let tokens: Tokens;
  beforeAll(async () => {
    tokens = await site.round(browser, alice, { scope: "openid offline_access", prompt: "consent" });
  });
  const introspect = async (one: RelyingSite, token: string) =>
    (await one.post("/oidc/token/introspection", { token })).json;

  test("ID token, refresh token and code are refused at userinfo", async () => {
    for (const wrong of [tokens.id_token, tokens.refresh_token ?? "", await codeFor(), "x", ""]) {
      const { status, headers, json } = await site.userinfo(wrong);
      expect([400, 401]).toContain(status);
      expect(json).not.toHaveProperty("sub");
      if (status === 401)
        expect(headers["www-authenticate"]).toMatch(/^Bearer realm=.*error="invalid_token"/);
    }
    expectLogged("userinfo", "invalid_token", tokens.id_token, tokens.refresh_token ?? "");
  });

  test("an access token is not accepted as refresh token or code, nor a refresh token as code", async () => {
    for (const wrong of [tokens.access_token, tokens.id_token])
      expect((await site.refresh(wrong)).json.error).toBe("invalid_grant");
    for (const wrong of [tokens.access_token, tokens.refresh_token ?? ""])
      expect((await site.exchange(wrong)).json.error).toBe("invalid_grant");
  });

  test("a token for an API, opaque or JWT, is refused at userinfo and at another API", async () => {
    const [opaque, jwt] = [suiteSite(opened, "opaque"), suiteSite(opened, "jwt")];
    for (const resource of [opaqueApi, jwtApi]) {
      const { access_token } = await site.round(browser, alice, { scope: "openid read", resource });
      expect([401, 403]).toContain((await site.userinfo(access_token)).status);
      if (resource === jwtApi) expect(decodeJwt(access_token)).toMatchObject({ aud: jwtApi, scope: "read" });
      else {
        expect(await introspect(opaque, access_token)).toMatchObject({ active: true, aud: opaqueApi });
        expect(await introspect(jwt, access_token)).toEqual({ active: false });
        expect(await introspect(other, access_token)).toEqual({ active: false });
      }
    }
  });

  test("a logout token and an access token are refused as id_token_hint", async () => {
    const suite = opened.hub.sites.find("suite");
    if (suite === undefined) throw new Error("it is not registered");
    const logoutToken = await createLogoutToken(
      { issuer: `${opened.origin}/oidc`, keys: opened.hub.issuer.keys, siteClock: () => new Date() },
      suite,
      "sid",
    );
    const { access_token } = await site.round(browser, alice, { scope: "openid read", resource: jwtApi });
    for (const id_token_hint of [logoutToken, access_token, tokens.access_token])
      expect(await errorAt({ prompt: "none", id_token_hint })).toBe("invalid_request");
  });

  test("RFC 6750 2 a token sent in two ways is refused", async () => {
    const headers = {
      authorization: `Bearer ${tokens.access_token}`,
      "content-type": "application/x-www-form-urlencoded",
    };
    const body = `access_token=${tokens.access_token}`;
    expect((await site.postRaw("/oidc/me", body, headers)).json.error).toBe("invalid_request");
    const answer = await browser.get(`/oidc/me?${body}`);
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([400, "invalid_request"]);
  });

  test("RFC 7009 2.1 a site revokes only its own tokens", async () => {
    expect((await other.post("/oidc/token/revocation", { token: tokens.access_token })).status).toBe(200);
    expect((await site.userinfo(tokens.access_token)).status).toBe(200);
    await site.post("/oidc/token/revocation", { token: tokens.access_token });
    expect((await site.userinfo(tokens.access_token)).status).toBe(401);
  });
});
