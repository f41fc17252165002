/**
 * Codes, tokens and claims of the plans `oidcc-basic` and `oidcc-formpost-basic` of the OpenID Foundation's conformance
 * suite; module by module under the suite's names.
 */
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  actAs,
  alice,
  base,
  beginModule,
  browser,
  closeConformanceSuite,
  common,
  openConformanceSuite,
  opened,
  redirectUri,
  responseModes,
  round,
  suite,
} from "../../test-support/conformance-suite.ts";
import { formOf, RelyingSite } from "../../test-support/relying-site.ts";

beforeAll(openConformanceSuite);
afterAll(closeConformanceSuite);

describe.each(responseModes)("response_mode %s", (_, modeParameters) => {
  beforeEach(() => beginModule(modeParameters));

  test("oidcc-server: Core 3.1.3.7 ID token, state, nonce and iss of the answer", async () => {
    const answer = await suite.visit(browser, alice, base);
    expect(answer.get("state")).toBe(common.state);
    expect(answer.get("iss")).toBe(`${opened.origin}/oidc`);
    expect([...answer.keys()].sort()).toEqual(["code", "iss", "state"]);
    const tokens = await suite.tokens(answer);
    expect(tokens).toMatchObject({ token_type: "Bearer", expires_in: expect.any(Number), scope: "openid" });
    expect(tokens.claims).toMatchObject({
      iss: `${opened.origin}/oidc`,
      aud: "suite",
      sub: alice.id,
      nonce: common.nonce,
      exp: expect.any(Number),
      iat: expect.any(Number),
    });
  });

  test("oidcc-idtoken-signature: 10.1 a key of the key set, by kid, RS256", async () => {
    const { id_token } = await round();
    const keys = JSON.parse((await browser.get("/oidc/jwks")).body) as JSONWebKeySet;
    const { protectedHeader } = await jwtVerify(id_token, createLocalJWKSet(keys));
    expect(protectedHeader).toMatchObject({ alg: "RS256", kid: expect.any(String) });
  });

  test("oidcc-userinfo-get, -post-header, -post-body: 5.3.1", async () => {
    const { access_token } = await round();
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const answers = await Promise.all([
      suite.userinfo(access_token),
      suite.postRaw("/oidc/me", "", { authorization: `Bearer ${access_token}` }),
      suite.postRaw("/oidc/me", `access_token=${access_token}`, form),
    ]);
    for (const { status, headers, json } of answers) {
      expect([status, json]).toEqual([200, { sub: alice.id }]);
      expect(headers["content-type"]).toMatch(/^application\/json/);
    }
  });

  test("oidcc-scope-profile, -email, -all: 5.4 claims of a scope come from userinfo", async () => {
    const { access_token, claims } = await round({ scope: "openid email phone address profile" });
    const { json } = await suite.userinfo(access_token);
    expect(json).toMatchObject({
      sub: alice.id,
      name: "Person alice",
      preferred_username: "alice",
      email: "alice@example.com",
    });
    expect(claims).not.toHaveProperty("email");
  });

  test.each([
    ["oidcc-codereuse", 0],
    ["oidcc-codereuse-30seconds", 30],
  ])("%s: RFC 6749 4.1.2 invalid_grant, and the first tokens are revoked", async (_, seconds) => {
    const code = (await suite.visit(browser, alice, base)).get("code") ?? "";
    const first = await suite.exchange(code);
    await opened.advance(seconds);
    const second = await suite.exchange(code);
    expect([second.status, second.json.error]).toEqual([400, "invalid_grant"]);
    expect((await suite.userinfo(String(first.json.access_token))).status).toBe(401);
  });

  test("oidcc-server-client-secret-post", async () => {
    actAs({ id: "suitepost", authentication: "post" });
    expect((await round()).claims.aud).toBe("suitepost");
  });

  test("oidcc-claims-essential: 5.5 name in userinfo and not in the ID token", async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    const tokens = await round({ claims });
    expect((await suite.userinfo(tokens.access_token)).json).toEqual({
      sub: alice.id,
      name: "Person alice",
    });
    expect(tokens.claims).not.toHaveProperty("name");
  });

  test("oidcc-refresh-token: 12.2 the same iss, sub, aud and auth_time; another client gets nothing", async () => {
    const first = await round({ scope: "openid offline_access", prompt: "consent", max_age: "15000" });
    expect(first.refresh_token).toMatch(/^[!-~]+$/);
    const second = new RelyingSite(opened, { ...suite.options, id: "suite2" });
    const stolen = await second.refresh(first.refresh_token);
    expect([stolen.status, stolen.json.error]).toEqual([400, "invalid_grant"]);
    const { status, json } = await suite.refresh(first.refresh_token);
    expect(status).toBe(200);
    const { iss, sub, aud, auth_time } = first.claims;
    const { payload } = await jwtVerify(
      String(json.id_token),
      createLocalJWKSet(JSON.parse((await browser.get("/oidc/jwks")).body)),
    );
    expect(payload).toMatchObject({ iss, sub, aud, auth_time });
    expect((await suite.userinfo(String(json.access_token))).status).toBe(200);
  });
});

test("Form Post 2 a page with a button, whose form may post to the site", async () => {
  beginModule({ response_mode: "form_post" });
  await browser.signIn(alice);
  const page = await browser.get(suite.authorization(base));
  expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  const { action, fields } = formOf(page);
  expect([action, Object.keys(fields).sort()]).toEqual([redirectUri, ["code", "iss", "state"]]);
  const policy = String(page.headers["content-security-policy"]);
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("form-action");
  expect(page.headers["cache-control"]).toBe("no-store");
});
