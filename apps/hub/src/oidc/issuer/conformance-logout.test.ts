/**
 * The plans for RP-initiated and back-channel logout of the OpenID Foundation's conformance suite, module by module under
 * the suite's names.
 */
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  generateKeyPair,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { RelyingSite, received, type Tokens } from "../../test-support/relying-site.ts";

let opened: TestHub;
let alice: TestPerson;
let suite: RelyingSite;
let browser: TestBrowser;
let tokens: Tokens;
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop }) => ({
      shop: shop.registration({
        oidc: {
          redirectUris: [`${shop.origin}/callback`],
          postLogoutRedirectUris: [`${shop.origin}/post_logout_redirect`],
          backchannelLogoutUrl: `${shop.origin}/backchannel_logout`,
        },
      }),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  suite = new RelyingSite(opened, {
    id: "shop",
    secret: opened.shop.secret,
    redirectUri: `${opened.shop.origin}/callback`,
  });
});
beforeEach(async () => {
  browser = new TestBrowser(opened);
  tokens = await suite.round(browser, alice, { nonce: "the-nonce" });
  await opened.hub.logout.drain();
  opened.shop.forget();
});
afterAll(() => opened.close());

const state = "s".repeat(128);
const registered = () => `${opened.shop.origin}/post_logout_redirect`;
const end = (parameters: Record<string, string>) =>
  browser.get(`/oidc/session/end?${new URLSearchParams(parameters)}`);
const all = () => ({ id_token_hint: tokens.id_token, post_logout_redirect_uri: registered(), state });
/** Presses the button of the question. */
async function confirm(page: Awaited<ReturnType<typeof end>>) {
  const { action, hidden } = page.screen("sign-out");
  return browser.post(action, {
    ...Object.fromEntries(hidden.map(({ name, value }) => [name, value])),
    logout: "yes",
  });
}
const errorOfSilentSignIn = async () =>
  received(await browser.get(suite.authorization({ prompt: "none", state }))).get("error");

test("discovery: end_session_endpoint, and back-channel logout with sid", async () => {
  const { body } = await browser.get("/oidc/.well-known/openid-configuration");
  expect(JSON.parse(body)).toMatchObject({
    end_session_endpoint: `${opened.origin}/oidc/session/end`,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  });
});

describe("RP-Initiated Logout 1.0", () => {
  test("oidcc-rp-initiated-logout: 2 redirect to the site with its state, and no session", async () => {
    const { location } = await end(all());
    expect(location).toBe(`${registered()}?state=${state}`);
    expect(await errorOfSilentSignIn()).toBe("login_required");
  });

  test("2 by POST as by GET", async () => {
    const posted = await browser.post("/oidc/session/end", all(), {
      origin: opened.shop.origin,
      "sec-fetch-site": "cross-site",
    });
    const { location } = await browser.follow(posted);
    expect(location).toBe(`${registered()}?state=${state}`);
  });

  test("oidcc-rp-initiated-logout-no-state: 3 redirect to the site without state", async () => {
    const { state: _, ...without } = all();
    expect((await end(without)).location).toBe(registered());
    expect(await errorOfSilentSignIn()).toBe("login_required");
  });

  test.each([
    ["bad-post-logout-redirect-uri", () => ({ post_logout_redirect_uri: `${registered()}x` })],
    [
      "query-added-to-post-logout-redirect-uri",
      () => ({ post_logout_redirect_uri: `${registered()}?foo=bar` }),
    ],
    ["modified-id-token-hint", () => ({ id_token_hint: new UnsecuredJWT(tokens.claims).encode() })],
  ])("oidcc-rp-initiated-logout-%s: 3 an error page, and the user is still signed in", async (_, wrong) => {
    const answer = await end({ ...all(), ...wrong() });
    expect([answer.status, answer.location]).toEqual([400, ""]);
    expect(answer.screen("refused").code).toBe("invalid_request");
    expect(await errorOfSilentSignIn()).toBeNull();
  });

  test("oidcc-rp-initiated-logout-bad-id-token-hint: 4 signed with another key", async () => {
    const secret = new TextEncoder().encode(opened.shop.secret);
    for (const [alg, key] of [
      ["HS256", secret],
      ["RS256", (await generateKeyPair("RS256")).privateKey],
    ] as const) {
      const header = { alg, kid: decodeProtectedHeader(tokens.id_token).kid ?? "" };
      const hint = await new SignJWT(tokens.claims).setProtectedHeader(header).sign(key);
      const answer = await end({ ...all(), id_token_hint: hint });
      expect([answer.status, answer.location]).toEqual([400, ""]);
    }
    expect(await errorOfSilentSignIn()).toBeNull();
  });

  test.each([
    ["no-id-token-hint", () => ({ post_logout_redirect_uri: registered(), state })],
    ["no-params", () => ({})],
    ["only-state", () => ({ state })],
  ])("oidcc-rp-initiated-logout-%s: 3 question, sign-out, and no redirect", async (_, parameters) => {
    const done = await confirm(await end(parameters() as Record<string, string>));
    const page = await browser.follow(done);
    expect(page.screen("logged-out").wasSignedIn).toBe(true);
    expect(await errorOfSilentSignIn()).toBe("login_required");
  });

  test("oidcc-rp-initiated-logout-no-post-logout-redirect-uri: 3 sign-out, and no redirect", async () => {
    const page = await browser.follow(await end({ id_token_hint: tokens.id_token, state }));
    expect(page.screen("logged-out").wasSignedIn).toBe(true);
    expect(await errorOfSilentSignIn()).toBe("login_required");
  });

  test("2 without a session there is no question: a redirect, and all cookies are cleared", async () => {
    browser = new TestBrowser(opened);
    expect((await end(all())).location).toBe(`${registered()}?state=${state}`);
    expect(browser.cookies.has("TGC-gatehouse")).toBe(false);
    const page = await browser.follow(await end({}));
    expect(page.screen("logged-out")).toMatchObject({ wasSignedIn: false, sites: [] });
  });
});

describe("Back-Channel Logout 1.0", () => {
  test("oidcc-backchannel-rp-initiated-logout: 2.4, 2.5 one logout token with all required claims", async () => {
    await end(all());
    await opened.hub.logout.drain();
    const sent = opened.shop.received.filter(({ path }) => path === "/backchannel_logout");
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ method: "POST", contentType: "application/x-www-form-urlencoded" });
    const form = new URLSearchParams(sent[0]?.body);
    expect([...form.keys()]).toEqual(["logout_token"]);
    const keys = createLocalJWKSet(JSON.parse((await browser.get("/oidc/jwks")).body) as JSONWebKeySet);
    const { payload, protectedHeader } = await jwtVerify(form.get("logout_token") ?? "", keys, {
      issuer: `${opened.origin}/oidc`,
      audience: "shop",
      typ: "logout+jwt",
      maxTokenAge: "2m",
      requiredClaims: ["iat", "exp", "jti"],
    });
    expect(protectedHeader.alg).toBe("RS256");
    expect(payload.events).toEqual({ "http://schemas.openid.net/event/backchannel-logout": {} });
    expect(payload.sid).toBe(tokens.claims.sid);
    expect(payload).not.toHaveProperty("nonce");
    expect(await errorOfSilentSignIn()).toBe("login_required");
  });
});
