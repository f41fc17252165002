/** Tests of the sign-out by OpenID Connect, from the site and from the hub. */
import "../test-support/next-in-node.ts";
import { generateKeyPair, UnsecuredJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OidcHubInTest } from "../test-support/oidc-hub-in-test.ts";
import { BrowserInTest, location, siteInTest, siteUrl } from "../test-support/site-in-test.ts";

let hub: OidcHubInTest;
let site: ReturnType<typeof siteInTest>;
let browser: BrowserInTest;

beforeEach(async () => {
  hub = new OidcHubInTest();
  await hub.start();
  site = siteInTest(hub, {}, "shop", { protocol: "oidc" });
  browser = new BrowserInTest(site);
  await browser.signIn(hub);
});
afterEach(() => hub.stop());

const receive = (form: Record<string, string> | string) =>
  browser.post(
    "/api/auth/logout-request",
    { "content-type": "application/x-www-form-urlencoded" },
    new URLSearchParams(form),
  );
const isSignedIn = async () => (await site.auth(browser.request("/"))) !== null;

describe("RP-Initiated Logout 2 signing out", () => {
  test("ends the site session and redirects to the hub, with the sid as logout_hint", async () => {
    const reply = await browser.post(site.signOutUrl, { origin: siteUrl, "sec-fetch-site": "same-origin" });
    const there = new URL(location(reply));
    expect(there.origin + there.pathname).toBe(`${hub.issuer}/session/end`);
    expect(Object.fromEntries(there.searchParams)).toEqual({
      client_id: "shop",
      post_logout_redirect_uri: `${siteUrl}/`,
      logout_hint: hub.lastSid,
    });
    expect(browser.cookies.keys().toSorted()).toEqual(["gatehouse-shop.asked", "gatehouse-shop.signed-out"]);
    expect((await site.whySignedOut(browser.request("/")))?.sentence).toBe("You signed out.");
  });

  test("without a session redirects to the hub without a hint", async () => {
    const nobody = new BrowserInTest(site);
    const reply = await nobody.post(site.signOutUrl, { origin: siteUrl, "sec-fetch-site": "same-origin" });
    expect(new URL(location(reply)).searchParams.has("logout_hint")).toBe(false);
  });
});

describe("RP-Initiated Logout 4 a sign-out that the hub refused, so that the sid lives on", () => {
  const signOut = () => browser.post(site.signOutUrl, { origin: siteUrl, "sec-fetch-site": "same-origin" });

  test("ends the site session, and a new sign-in begins one", async () => {
    await signOut();
    expect(await isSignedIn()).toBe(false);
    hub.claims = { sid: hub.lastSid };
    const reply = await browser.signIn(hub);
    expect([reply.status, location(reply), site.codes()]).toEqual([303, `${siteUrl}/cart`, []]);
    expect(await isSignedIn()).toBe(true);
  });

  test("leaves a copy of the cookie without a session until that sign-in", async () => {
    const copy = browser.request("/");
    await signOut();
    expect(await site.auth(copy)).toBeNull();
  });

  test("does not let a session in that the hub has ended meanwhile", async () => {
    const sid = hub.lastSid;
    await signOut();
    hub.claims = { sid };
    hub.end(sid, "signed-out");
    expect((await browser.signIn(hub)).status).toBe(400);
    expect([site.codes(), await isSignedIn()]).toEqual([["session_over"], false]);
  });

  test("does not outlast a logout token for the same sid", async () => {
    const sid = hub.lastSid;
    await signOut();
    hub.claims = { sid };
    await browser.signIn(hub);
    expect(await isSignedIn()).toBe(true);
    await receive({ logout_token: await hub.logoutToken({ sid }) });
    expect(await isSignedIn()).toBe(false);
  });
});

describe("Back-Channel Logout 2.6 a logout token", () => {
  test("ends a known session at once, despite a cached answer", async () => {
    expect(await isSignedIn()).toBe(true);
    const reply = await receive({ logout_token: await hub.logoutToken() });
    expect([reply.status, reply.headers.get("cache-control")]).toEqual([200, "no-store"]);
    hub.end(hub.lastSid, "ended-elsewhere");
    expect(await isSignedIn()).toBe(false);
    expect((await site.whySignedOut(browser.request("/")))?.reason).toBe("ended-elsewhere");
    expect(site.log).toEqual([]);
  });

  test("for an unknown session gets the same answer and changes nothing", async () => {
    const reply = await receive({ logout_token: await hub.logoutToken({ sid: "x".repeat(22) }) });
    expect([reply.status, await reply.text()]).toEqual([200, ""]);
    expect(await isSignedIn()).toBe(true);
  });

  test("is accepted once", async () => {
    const logout_token = await hub.logoutToken({ sid: "x".repeat(22) });
    expect((await receive({ logout_token })).status).toBe(200);
    expect((await receive({ logout_token })).status).toBe(400);
    expect(site.codes()).toEqual(["logout_request_malformed"]);
    expect(site.log[0]?.message).toContain("jti");
  });

  const now = () => Math.floor(Date.now() / 1000);
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["for another site", { aud: "bank" }, {}],
    ["of another issuer", { iss: "https://evil.example" }, {}],
    ["without events", { events: undefined }, {}],
    ["of another event", { events: { "http://schemas.openid.net/event/other": {} } }, {}],
    ["with events that is no object", { events: "http://schemas.openid.net/event/backchannel-logout" }, {}],
    ["with a nonce", { nonce: "a" }, {}],
    ["without sid", { sid: undefined, sub: "person-1" }, {}],
    ["without jti", { jti: undefined }, {}],
    ["without iat", { iat: undefined }, {}],
    ["without exp", { exp: undefined }, {}],
    ["from the future", { iat: now() + 300, exp: now() + 600 }, {}],
    ["from the past", { iat: now() - 600, exp: now() + 60 }, {}],
    ["that is over", { iat: now() - 200, exp: now() - 100 }, {}],
    ["typed as an ID token", {}, { typ: "JWT" }],
    ["signed by an unknown key", {}, { kid: "unknown" }],
  ])("%s is refused", async (_, claims, header) => {
    const reply = await receive({ logout_token: await hub.logoutToken(claims, header) });
    expect([reply.status, site.codes()]).toEqual([400, ["logout_request_malformed"]]);
    expect(await isSignedIn()).toBe(true);
  });

  test("with a foreign signature, or none, is refused", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const sign = hub.sign.bind(hub);
    hub.sign = (claims, header) => sign(claims, header, privateKey);
    expect((await receive({ logout_token: await hub.logoutToken() })).status).toBe(400);
    hub.sign = async (claims) => new UnsecuredJWT(claims).encode();
    expect((await receive({ logout_token: await hub.logoutToken() })).status).toBe(400);
    expect(await isSignedIn()).toBe(true);
  });

  test.each([
    ["nothing", ""],
    ["a CAS logout request", "logoutRequest=%3Cx%2F%3E"],
    ["no token", "logout_token=abc"],
    ["two", "logout_token=a&logout_token=b"],
  ])("%s is refused", async (_, body) => {
    expect((await receive(body)).status).toBe(400);
    expect(site.codes()).toEqual(["logout_request_malformed"]);
  });

  test("is answered 503 if the keys cannot be fetched, so that the hub retries", async () => {
    const fresh = siteInTest(hub, {}, "shop", { protocol: "oidc" });
    const logout_token = await hub.logoutToken();
    hub.down = true;
    const reply = await new BrowserInTest(fresh).post(
      "/api/auth/logout-request",
      { "content-type": "application/x-www-form-urlencoded" },
      new URLSearchParams({ logout_token }),
    );
    expect([reply.status, await reply.json()]).toMatchObject([503, { error: "hub_unreachable" }]);
  });
});
