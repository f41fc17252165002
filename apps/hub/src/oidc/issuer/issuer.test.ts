/** The issuer over HTTP, with a client from npm that nobody here wrote; titled by the specifications' sections. */
import { poolOf } from "@gatehouse/database/test-pool";
import * as jose from "jose";
import * as client from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestBrowser } from "../../test-hub.ts";
import {
  alice,
  type Begun,
  begin,
  budget,
  closeIssuerFixture,
  errorOf,
  exchange,
  opened,
  openIssuerFixture,
  round,
  shopCallback,
  signedIn,
  site,
  toTheHub,
} from "../../test-support/issuer-fixture.ts";

beforeAll(() => openIssuerFixture());
afterAll(closeIssuerFixture);

describe("OpenID Connect Core 3.1 authorization code", () => {
  test("a signed-in user at a first-party site gets a code without a page", async () => {
    const browser = await signedIn();
    const { path, checks } = await begin(site, shopCallback());
    const answer = await browser.get(path);
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(/\/oidc\/callback\?code=/);
    expect(new URL(answer.location).searchParams.get("iss")).toBe(`${opened.origin}/oidc`);
    const tokens = await exchange(site, answer.location, checks);
    expect(tokens.claims()).toMatchObject({ sub: alice.id, aud: "shop", sid: expect.any(String) });
    const who = await client.fetchUserInfo(site, tokens.access_token, alice.id);
    expect(who).toMatchObject({ sub: alice.id, preferred_username: "alice", email: "alice@example.com" });
  });

  test("without a session the user signs in in the hub's form and returns", async () => {
    const browser = new TestBrowser(opened);
    const { path, checks } = await begin(site, shopCallback());
    const asked = await browser.follow(await browser.get(path));
    const form = await browser.follow(asked);
    expect(form.screen("login")).toMatchObject({ site: { name: "The shop" } });
    expect(form.headers["content-security-policy"]).not.toContain(opened.shop.origin);
    const { username, password } = alice;
    const accepted = await browser.post("/cas/login", { ...browser.hiddenFields(form), username, password });
    expect(accepted.location).toMatch(/^\/oidc\/interaction\//);
    const resumed = await browser.follow(accepted);
    const done = await browser.follow(resumed);
    const tokens = await exchange(site, done.location, checks);
    expect(tokens.claims()?.sub).toBe(alice.id);
    // The session that OpenID Connect used is the central one.
    expect((await browser.get("/account")).status).toBe(200);
  });

  test("3.1.2.1 prompt=none: a code, or login_required, and never a page", async () => {
    const before = opened.lines.length;
    const { path } = await begin(site, shopCallback(), { prompt: "none" });
    const stranger = await new TestBrowser(opened).get(path);
    expect(new URL(stranger.location).searchParams.get("error")).toBe("login_required");
    // Every visitor whom a site does not know is asked about like this: no warning.
    expect(opened.lines.slice(before).join()).not.toContain("oidc-request.refused");
    const again = await (await signedIn()).get((await begin(site, shopCallback(), { prompt: "none" })).path);
    expect(new URL(again.location).searchParams.get("code")).not.toBeNull();
  });

  test.each([
    ["prompt=login", { prompt: "login" }],
    ["max_age=0", { max_age: "0" }],
  ])("3.1.2.1 %s asks for the password again despite a session", async (_, more) => {
    const browser = await signedIn();
    await opened.advance(5);
    const { path, checks } = await begin(site, shopCallback(), more);
    const form = await browser.follow(await browser.follow(await browser.get(path)));
    expect(form.screen("login")).toMatchObject({ reason: "renew", username: "alice" });
    const { username, password } = alice;
    const accepted = await browser.post("/cas/login", { ...browser.hiddenFields(form), username, password });
    const done = await browser.follow(await browser.follow(accepted));
    const tokens = await exchange(site, done.location, checks);
    expect(tokens.claims()?.auth_time).toBeTypeOf("number");
  });

  test("RFC 7636 4.3 without PKCE, or with plain, there is no code", async () => {
    const browser = await signedIn();
    for (const challenge of [{}, { code_challenge: "a".repeat(43), code_challenge_method: "plain" }]) {
      const query = new URLSearchParams({
        client_id: "shop",
        redirect_uri: shopCallback(),
        response_type: "code",
        scope: "openid",
        ...(challenge as Record<string, string>),
      });
      const { location } = await browser.get(`/oidc/auth?${query}`);
      expect(new URL(location).searchParams.get("error")).toBe("invalid_request");
    }
  });

  test.each([
    ["another path", () => `${opened.shop.origin}/oidc/callback/`],
    ["another host", () => "https://evil.example/callback"],
    ["a query added", () => `${opened.shop.origin}/oidc/callback?x=1`],
  ])("RFC 9700 2.1 a redirect URI with %s gets a page, never a redirect", async (_, uri) => {
    const browser = await signedIn();
    const answer = await browser.get((await begin(site, uri())).path);
    expect([answer.status, answer.location]).toEqual([400, ""]);
    expect(answer.screen("refused").code).toBe("invalid_redirect_uri");
  });

  test("concurrent first visits in several windows of a browser all get valid tokens", async () => {
    const browser = await signedIn();
    const begun = await Promise.all(Array.from({ length: 5 }, () => begin(site, shopCallback())));
    const answers = await Promise.all(begun.map(({ path }) => browser.get(path)));
    for (const [index, { location }] of answers.entries()) {
      const tokens = await exchange(site, location, (begun[index] as Begun).checks);
      const who = await client.fetchUserInfo(site, tokens.access_token, alice.id);
      expect(who.preferred_username).toBe("alice");
    }
  });

  test("RFC 6749 4.1.2 of 50 exchanges of one code one wins, and its tokens are revoked", async () => {
    const browser = await signedIn();
    const { path, checks } = await begin(site, shopCallback());
    const { location } = await browser.get(path);
    const all = await Promise.allSettled(Array.from({ length: 50 }, () => exchange(site, location, checks)));
    const won = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(won).toHaveLength(1);
    for (const { access_token } of won)
      expect(await errorOf(client.fetchUserInfo(site, access_token, alice.id))).toBe("invalid_token");
  });

  test("a code is refused for another site and with another verifier", async () => {
    const browser = await signedIn();
    const { path, checks } = await begin(site, shopCallback());
    const { location } = await browser.get(path);
    expect(await errorOf(exchange(budget, location, checks))).toBe("invalid_grant");
    const other = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() };
    expect(await errorOf(exchange(site, location, other))).toBe("invalid_grant");
  });
});

describe("one central session", () => {
  test("ending it at the hub invalidates its tokens at once and sends the site a logout token", async () => {
    const browser = await signedIn();
    const tokens = await round(browser);
    opened.shop.forget();
    await browser.get("/cas/logout");
    expect(await errorOf(client.fetchUserInfo(site, tokens.access_token, alice.id))).toBe("invalid_token");
    await opened.hub.logout.drain();
    const sent = opened.shop.received.find(({ path }) => path === "/backchannel");
    const token = new URLSearchParams(sent?.body).get("logout_token") ?? "";
    const keys = jose.createLocalJWKSet(
      (await (
        await toTheHub(`${opened.origin}/oidc/jwks`, { method: "GET" } as never)
      ).json()) as jose.JSONWebKeySet,
    );
    const { payload } = await jose.jwtVerify(token, keys, {
      issuer: `${opened.origin}/oidc`,
      audience: "shop",
      typ: "logout+jwt",
    });
    expect(payload).toMatchObject({
      sid: tokens.claims()?.sid,
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    expect(payload.nonce).toBeUndefined();
  });

  test("an ended session gives no code, and its cookie is left unchanged", async () => {
    const browser = await signedIn();
    const token = browser.cookies.get("TGC-gatehouse") ?? "";
    await opened.hub.database.sessions.end({ token }, "ended-elsewhere");
    const answer = await browser.get((await begin(site, shopCallback(), { prompt: "none" })).path);
    expect(new URL(answer.location).searchParams.get("error")).toBe("login_required");
    expect(browser.cookies.get("TGC-gatehouse")).toBe(token);
  });

  test("the cookie is unchanged: letters, digits and hyphens, until the browser closes", async () => {
    const browser = await signedIn();
    const before = browser.cookies.get("TGC-gatehouse");
    const answer = await browser.get((await begin(site, shopCallback())).path);
    expect(browser.cookies.get("TGC-gatehouse")).toBe(before);
    for (const cookie of answer.cookies.filter((one) => one.startsWith("TGC-")))
      expect(cookie).not.toMatch(/expires|max-age/i);
  });

  test("a disabled user has no account and no valid tokens", async () => {
    const bob = await opened.createPerson();
    const browser = new TestBrowser(opened);
    await browser.signIn(bob);
    const tokens = await round(browser);
    await opened.hub.database.people.setDisabled(bob.id, true);
    expect(await errorOf(client.fetchUserInfo(site, tokens.access_token, bob.id))).toBe("invalid_token");
  });
});

test("RFC 6749 4.4 client credentials, and a wrong secret", async () => {
  const tokens = await client.clientCredentialsGrant(site);
  expect(await client.tokenIntrospection(site, tokens.access_token)).toMatchObject({
    active: true,
    client_id: "shop",
  });
  const wrong = new URLSearchParams({ grant_type: "client_credentials" });
  const answer = await toTheHub(`${opened.origin}/oidc/token`, {
    method: "POST",
    headers: {
      authorization: `Basic ${btoa("shop:wrong")}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: wrong.toString(),
  } as never);
  expect([answer.status, (await answer.json()).error]).toEqual([401, "invalid_client"]);
});

test("RFC 7009 a revoked token is refused at the next call", async () => {
  const tokens = await round(await signedIn());
  await client.tokenRevocation(site, tokens.access_token);
  expect(await client.tokenIntrospection(site, tokens.access_token)).toEqual({ active: false });
});

test("neither log nor database contains a token, code or session token", async () => {
  const browser = await signedIn();
  const { path, checks } = await begin(site, shopCallback());
  const { location } = await browser.get(path);
  const tokens = await exchange(site, location, checks);
  const code = new URL(location).searchParams.get("code") ?? "";
  const { rows } = await poolOf(opened.hub.database).query(
    "SELECT to_jsonb(a)::text AS text FROM oidc_artifacts a",
  );
  const kept = JSON.stringify(rows) + opened.lines.join("\n");
  for (const secret of [code, tokens.access_token, browser.cookies.get("TGC-gatehouse") ?? "none"]) {
    expect(secret.length).toBeGreaterThan(20);
    expect(kept).not.toContain(secret);
  }
});
