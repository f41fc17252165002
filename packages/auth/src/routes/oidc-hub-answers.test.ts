/** Tests of answers of an OpenID Connect hub, and of the messages to the developer. */
import "../test-support/next-in-node.ts";
import { generateKeyPair, UnsecuredJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OidcHubInTest } from "../test-support/oidc-hub-in-test.ts";
import { BrowserInTest, location, siteInTest } from "../test-support/site-in-test.ts";

let hub: OidcHubInTest;
let site: ReturnType<typeof siteInTest>;
let browser: BrowserInTest;

beforeEach(async () => {
  hub = new OidcHubInTest();
  await hub.start();
  site = siteInTest(hub, {}, "shop", { protocol: "oidc" });
  browser = new BrowserInTest(site);
});
afterEach(() => hub.stop());

async function expectRefused(code: string, status: number): Promise<void> {
  const reply = await browser.signIn(hub);
  expect([reply.status, site.codes()]).toEqual([status, [code]]);
  expect(browser.cookies.has("gatehouse-shop.session")).toBe(false);
}

describe("RFC 6749 5.2 the token endpoint", () => {
  test.each([
    ["invalid_grant", 400, '{"error":"invalid_grant"}', "ticket_refused", 400],
    ["a page of HTML", 200, "<!doctype html>", "hub_answer", 500],
    ["no ID token", 200, '{"access_token":"a","token_type":"Bearer"}', "hub_answer", 500],
    ["a failure of its own", 500, "", "hub_unreachable", 503],
    ["too many", 429, "", "hub_unreachable", 503],
  ])("%s", async (_, status, body, code, shown) => {
    hub.tokenAnswer = { status, body };
    await expectRefused(code, shown);
  });

  test("a wrong secret gets an error page that names it, not a redirect loop", async () => {
    hub.siteSecret = "another secret that is long enough to be one";
    await expectRefused("site_rejected", 500);
    expect(site.log[0]?.message).toContain('SITE_SECRET must be the secret of site "shop" at the hub');
  });

  test("a hub that goes down during the sign-in: a page to try again", async () => {
    const back = hub.signIn(location(await browser.get("/api/auth/sign-in?returnTo=/cart")));
    hub.down = true;
    const reply = await browser.get(back);
    expect(reply.status).toBe(503);
    expect(await reply.text()).toContain('href="/api/auth/sign-in?returnTo=%2Fcart"');
    expect(site.codes()).toEqual(["hub_unreachable"]);
  });
});

describe("Core 3.1.2.6 the authorization endpoint", () => {
  test.each([
    ["invalid_scope", "scope_refused", 500, '"openid", "profile" and "email" to oidc.scopes'],
    ["unauthorized_client", "authorization_refused", 500, "unauthorized_client"],
    ["access_denied", "declined", 403, "declined"],
    ["temporarily_unavailable", "hub_unreachable", 503, "did not answer"],
    ["<b>", "authorization_refused", 500, "an error without a name"],
  ])("%s", async (error, code, status, words) => {
    const started = location(await browser.get("/api/auth/sign-in?returnTo=/cart"));
    const reply = await browser.get(hub.refuse(started, error));
    expect([reply.status, site.codes()]).toEqual([status, [code]]);
    expect(site.log[0]?.message).toContain(words);
    expect(await reply.text()).not.toContain("<b>");
  });
});

describe("Core 3.1.3.7 an ID token", () => {
  const now = () => Math.floor(Date.now() / 1000);
  test.each<[string, Record<string, unknown>, string, number]>([
    ["for another site", { aud: "bank" }, "id_token_refused", 500],
    ["of another issuer", { iss: "https://evil.example" }, "id_token_refused", 500],
    ["of another sign-in", { nonce: "another" }, "id_token_refused", 500],
    ["without nonce", { nonce: undefined }, "id_token_refused", 500],
    ["that is over: the clocks differ", { iat: now() - 2000, exp: now() - 1100 }, "clock_skew", 500],
    ["without sid", { sid: undefined }, "session_id_missing", 500],
    ["without a username", { preferred_username: undefined }, "profile_missing", 500],
  ])("%s signs nobody in", async (_, claims, code, status) => {
    hub.claims = claims;
    await expectRefused(code, status);
  });

  test("without an email address is accepted", async () => {
    hub.claims = { email: undefined, name: undefined };
    await browser.signIn(hub);
    const session = await site.auth(browser.request("/"));
    expect(session?.user).toEqual({
      id: "person-1",
      username: "alice",
      name: "alice",
      email: null,
      groups: [],
    });
  });

  test("signed by a key that is not the hub's signs nobody in", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const sign = hub.sign.bind(hub);
    hub.sign = (claims, header) => sign(claims, header, privateKey);
    await expectRefused("id_token_refused", 500);
  });

  test("not signed at all signs nobody in", async () => {
    hub.sign = async (claims) => new UnsecuredJWT(claims).encode();
    await expectRefused("id_token_refused", 500);
  });

  test("of a session that ended during the sign-in is refused", async () => {
    const back = hub.signIn(location(await browser.get("/api/auth/sign-in")));
    hub.end(hub.lastSid, "signed-out");
    expect((await browser.get(back)).status).toBe(400);
    expect(site.codes()).toEqual(["session_over"]);
  });
});

describe("Discovery 4.3 the document", () => {
  test.each([
    ["of another issuer", { issuer: "https://evil.example/oidc" }],
    [
      "with a token endpoint elsewhere, where the secret would go",
      { token_endpoint: "https://evil.example/token" },
    ],
    ["with keys of somebody else", { jwks_uri: "https://evil.example/jwks" }],
  ])("with %s is refused, and requested again", async (_, metadata) => {
    hub.metadata = metadata;
    const reply = await browser.get("/api/auth/sign-in");
    expect([reply.status, site.codes()]).toEqual([500, ["hub_answer"]]);
    hub.metadata = {};
    expect(location(await browser.get("/api/auth/sign-in"))).toMatch(`${hub.issuer}/auth`);
  });
});
