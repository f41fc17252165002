/**
 * What the plans `oidcc-basic` and `oidcc-formpost-basic` of the OpenID Foundation's conformance suite try, module by
 * module under the suite's names. Its clients are static, send no PKCE, and its browser has no JavaScript.
 */
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { readModel } from "../test-support/next-stand-in.ts";
import { formOf, RelyingSite, received, walk } from "../test-support/relying-site.ts";

const clientSecret = "suite-secret-".padEnd(40, "x");
const redirectUri = "https://suite.example/test/a/gatehouse/callback";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  const registration = (id: string, clientAuthentication: string) => ({
    id,
    name: "Conformance suite",
    url: "https://suite.example/",
    firstParty: true,
    secret: { environment: "SUITE_SITE_SECRET" },
    oidc: {
      redirectUris: [redirectUri],
      clientAuthentication,
      grants: ["authorization_code", "refresh_token"],
      scopes: ["openid", "profile", "email", "offline_access"],
      pkce: "optional",
    },
  });
  opened = await openTestHub({
    environment: { SUITE_SITE_SECRET: clientSecret },
    sites: () => ({
      suite: registration("suite", "client_secret_basic"),
      suite2: registration("suite2", "client_secret_basic"),
      suitepost: registration("suitepost", "client_secret_post"),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
});
afterAll(() => opened.close());

/** As the suite sends them all. */
const common = { state: "a-state-of-128-characters".padEnd(128, "~"), nonce: "the-nonce" };

describe.each([
  ["query", {}],
  ["form_post", { response_mode: "form_post" }],
])("response_mode %s", (_, modeParameters) => {
  const base = { ...common, ...modeParameters };
  let suite: RelyingSite;
  let browser: TestBrowser;
  beforeEach(() => {
    suite = new RelyingSite(opened, { id: "suite", redirectUri, secret: clientSecret, pkce: false });
    browser = new TestBrowser(opened);
  });

  const round = (more: Record<string, string | undefined> = {}) =>
    suite.round(browser, alice, { ...base, ...more });
  /** Without signing in anywhere. */
  const at = async (more: Record<string, string | undefined> = {}) =>
    received(await browser.get(suite.authorization({ ...base, ...more })));
  /** Whether the password is asked for on the way. */
  const asksForPassword = async (more: Record<string, string>) => {
    let answer = await browser.get(suite.authorization({ ...base, ...more }));
    while (browser.leadsOn(answer)) answer = await browser.follow(answer);
    return { asked: readModel(answer.body)?.name === "login", answer };
  };

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

  test("oidcc-response-type-missing: 3.1.2.6 is said to the redirect URI, with state", async () => {
    const answer = received(await browser.get(suite.authorization({ ...base, response_type: undefined })));
    expect(answer.get("error")).toBe("invalid_request");
    expect(answer.get("state")).toBe(common.state);
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

  test("oidcc-ensure-request-without-nonce-succeeds-for-code-flow", async () => {
    const { claims } = await round({ nonce: undefined });
    expect(claims.nonce).toBeUndefined();
  });

  test("oidcc-scope-profile, -email, -all: 5.4 claims of a scope come from userinfo", async () => {
    const { access_token, claims } = await round({ scope: "openid email phone address profile" });
    const { json } = await suite.userinfo(access_token);
    expect(json).toMatchObject({
      sub: alice.id,
      name: "Person alice",
      preferred_username: "alice",
      email: "alice@example.com",
      email_verified: false,
    });
    expect(claims).not.toHaveProperty("email");
  });

  test("oidcc-alternate-happy-flow: RFC 6749 3.3 the order of scopes and parameters is nothing", async () => {
    const query = new URLSearchParams(suite.authorization({ ...base, scope: "email openid" }).split("?")[1]);
    const answer = await browser.get(`/oidc/auth?${new URLSearchParams([...query].reverse())}`);
    const { access_token } = await suite.tokens(received(await walk(browser, alice, answer)));
    expect((await suite.userinfo(access_token)).json).toMatchObject({ email: "alice@example.com" });
  });

  test.each(["page", "popup"])("oidcc-display-%s", async (display) => {
    expect((await round({ display })).claims.sub).toBe(alice.id);
  });

  test("oidcc-prompt-login: 3.1.2.1 the password again, and a later auth_time", async () => {
    const first = await round({ max_age: "15000" });
    await opened.advance(2);
    expect(await asksForPassword({ prompt: "login" })).toMatchObject({ asked: true });
    const second = await round({ prompt: "login", max_age: "15000" });
    expect(Number(second.claims.auth_time)).toBeGreaterThan(Number(first.claims.auth_time));
    expect(second.claims.sub).toBe(first.claims.sub);
  });

  test("oidcc-prompt-none-not-logged-in: 3.1.2.6 login_required, with state", async () => {
    const answer = await at({ prompt: "none" });
    expect([answer.get("error"), answer.get("state")]).toEqual(["login_required", common.state]);
    expect(answer.has("code")).toBe(false);
  });

  test("oidcc-prompt-none-logged-in: the same person and time, and no page", async () => {
    const first = await round({ max_age: "15000" });
    const second = await suite.tokens(await at({ prompt: "none", max_age: "15000" }));
    expect(second.claims).toMatchObject({ sub: first.claims.sub, auth_time: first.claims.auth_time });
  });

  test("oidcc-max-age-1: the password again after two seconds, and a later auth_time", async () => {
    const first = await round({ max_age: "15000" });
    await opened.advance(2);
    const second = await round({ max_age: "1" });
    expect(Number(second.claims.auth_time)).toBeGreaterThan(Number(first.claims.auth_time));
  });

  test("oidcc-max-age-10000: no page, the same auth_time", async () => {
    const first = await round({ max_age: "15000" });
    await opened.advance(2);
    const { asked, answer } = await asksForPassword({ max_age: "10000" });
    expect(asked).toBe(false);
    expect((await suite.tokens(received(answer))).claims.auth_time).toBe(first.claims.auth_time);
  });

  test.each([
    ["oidcc-ensure-request-with-unknown-parameter-succeeds", { extra: "foobar" }],
    ["oidcc-login-hint", { login_hint: "buffy@buffy.example" }],
    ["oidcc-ui-locales", { ui_locales: "se fr-CA en" }],
    ["oidcc-claims-locales", { claims_locales: "se" }],
    ["oidcc-ensure-request-with-acr-values-succeeds", { acr_values: "1 2" }],
  ])("%s", async (_, more) => {
    expect((await round(more)).claims.sub).toBe(alice.id);
  });

  test("oidcc-id-token-hint: with prompt=none, without a page", async () => {
    const { id_token } = await round();
    const { claims } = await suite.tokens(await at({ prompt: "none", id_token_hint: id_token }));
    expect(claims.sub).toBe(alice.id);
  });

  test("3.1.2.1 an id_token_hint of somebody else with prompt=none: login_required", async () => {
    const bob = await opened.createPerson();
    const { id_token } = await suite.round(new TestBrowser(opened), bob, base);
    await round();
    expect((await at({ prompt: "none", id_token_hint: id_token })).get("error")).toBe("login_required");
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

  test.each([
    ["oidcc-ensure-registered-redirect-uri", `${redirectUri}/6GbL`],
    ["oidcc-redirect-uri-query-added", `${redirectUri}?foo=bar`],
    ["oidcc-ensure-redirect-uri-in-authorization-request", undefined],
  ])("%s: 3.1.2.1 a page and no redirect", async (_, wrong) => {
    const answer = await browser.get(suite.authorization({ ...base, redirect_uri: wrong }));
    expect([answer.status, answer.location]).toEqual([400, ""]);
    expect(answer.screen("refused").code).toBe(
      wrong === undefined ? "invalid_request" : "invalid_redirect_uri",
    );
    expect(answer.body).not.toContain("<form");
  });

  test("oidcc-ensure-post-request-succeeds: 3.1.2.1 by POST from another site, which sends no cookie", async () => {
    await round();
    const { "TGC-gatehouse": token = "" } = Object.fromEntries(browser.cookies);
    browser.cookies.delete("TGC-gatehouse");
    const fields = suite.authorization(base).split("?")[1] ?? "";
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      origin: "https://suite.example",
      "sec-fetch-site": "cross-site",
    };
    const posted = await browser.send("POST", "/oidc/auth", headers, fields);
    // Where it leads is a GET, with the cookie.
    browser.cookies.set("TGC-gatehouse", token);
    let answer = posted;
    while (browser.leadsOn(answer)) answer = await browser.follow(answer);
    expect((await suite.tokens(received(answer))).claims.sub).toBe(alice.id);
  });

  test("oidcc-server-client-secret-post", async () => {
    const options = { id: "suitepost", redirectUri, secret: clientSecret, pkce: false } as const;
    suite = new RelyingSite(opened, { ...options, authentication: "post" });
    expect((await round()).claims.aud).toBe("suitepost");
  });

  test("oidcc-unsigned-request-object…, oidcc-request-uri-unsigned…: 3.1.2.6 …_not_supported", async () => {
    const request = new UnsecuredJWT({ ...base, client_id: "suite" }).encode();
    expect((await at({ request })).get("error")).toBe("request_not_supported");
    const request_uri = "https://suite.example/request.jwt";
    expect((await at({ request_uri })).get("error")).toBe("request_uri_not_supported");
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

  test("oidcc-refresh-token: 12.2 the same iss, sub, aud and auth_time; of one client nothing to another", async () => {
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

  test("oidcc-ensure-request-with-valid-pkce-succeeds", async () => {
    suite = new RelyingSite(opened, { ...suite.options, pkce: true });
    expect((await round()).claims.sub).toBe(alice.id);
  });
});

test("Form Post 2 a page with a button, that may post to the site", async () => {
  const suite = new RelyingSite(opened, { id: "suite", redirectUri, secret: clientSecret, pkce: false });
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  const page = await browser.get(suite.authorization({ ...common, response_mode: "form_post" }));
  expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  expect(formOf(page)).toMatchObject({ action: redirectUri, hasButton: true });
  const policy = String(page.headers["content-security-policy"]);
  expect(policy).not.toContain("form-action");
  expect(policy).toMatch(/script-src 'self' 'sha256-/);
  expect(page.headers["cache-control"]).toBe("no-store");
});

describe("RFC 9700 2.1.1 a site for which PKCE is optional", () => {
  const plain = { id: "suite", redirectUri, secret: clientSecret };

  test("gets nothing for a verifier without a challenge, or a challenge without its verifier", async () => {
    const browser = new TestBrowser(opened);
    for (const pkce of [true, false]) {
      const code = (await new RelyingSite(opened, { ...plain, pkce }).visit(browser, alice)).get("code");
      const { json } = await new RelyingSite(opened, { ...plain, pkce: !pkce }).exchange(code ?? "");
      expect(json.error).toBe("invalid_grant");
    }
  });

  test("does not get away with plain", async () => {
    const method = { code_challenge_method: "plain" };
    const site = new RelyingSite(opened, plain);
    const answer = received(await new TestBrowser(opened).get(site.authorization(method)));
    expect(answer.get("error")).toBe("invalid_request");
  });
});
