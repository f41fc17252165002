/** The issuer over HTTP, with a client from npm that nobody here wrote; titled by the specifications' sections. */
import * as jose from "jose";
import * as client from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { eventually } from "../test-support/eventually.ts";

let opened: TestHub;
let alice: TestPerson;
let site: client.Configuration;
let budget: client.Configuration;
let api: client.Configuration;

const apiAddress = "https://api.example/";
const secretOf = (id: string) => `${id}-secret-`.padEnd(40, "x");

beforeAll(async () => {
  opened = await openTestHub({
    environment: { BUDGET_SITE_SECRET: secretOf("budget") },
    sites: ({ shop, bank }) => ({
      shop: shop.registration({
        oidc: {
          redirectUris: [`${shop.origin}/oidc/callback`],
          postLogoutRedirectUris: [`${shop.origin}/bye`],
          backchannelLogoutUrl: `${shop.origin}/backchannel`,
          grants: ["authorization_code", "refresh_token", "client_credentials"],
          scopes: ["openid", "profile", "email", "groups", "offline_access"],
        },
      }),
      bank: bank.registration({
        api: {
          resource: apiAddress,
          scopes: { "transactions.read": "see your transactions", "transfers.write": "move money" },
        },
      }),
      budget: {
        id: "budget",
        name: "Budget",
        url: "https://budget.example/",
        firstParty: false,
        secret: { environment: "BUDGET_SITE_SECRET" },
        oidc: {
          redirectUris: ["https://budget.example/callback"],
          grants: ["authorization_code", "refresh_token"],
          scopes: ["openid", "profile", "email", "offline_access", "transactions.read"],
          subject: "pairwise",
          idTokenAlgorithm: "ES256",
        },
      },
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  const issuer = new URL(`${opened.origin}/oidc`);
  const configure = async (id: string, secret: string, metadata: object = {}) => {
    const configuration = await client.discovery(
      issuer,
      id,
      { client_secret: secret, ...metadata },
      client.ClientSecretBasic(secret),
      {
        execute: [client.allowInsecureRequests],
        [client.customFetch]: toTheHub,
      },
    );
    configuration[client.customFetch] = toTheHub;
    return configuration;
  };
  site = await configure("shop", opened.shop.secret);
  budget = await configure("budget", secretOf("budget"), { id_token_signed_response_alg: "ES256" });
  api = await configure("bank", opened.bank.secret);
});
afterAll(() => opened.close());

/** The hub's public host means nothing to Node's resolver. */
const toTheHub: client.CustomFetch = (url, options) =>
  fetch(url.replace(opened.origin, `http://127.0.0.1:${opened.port}`), options as RequestInit);

interface Begun {
  readonly path: string;
  readonly checks: client.AuthorizationCodeGrantChecks;
}

async function begin(
  configuration: client.Configuration,
  redirectUri: string,
  more: Record<string, string> = {},
): Promise<Begun> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: "openid profile email",
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    ...more,
  });
  return {
    path: url.pathname + url.search,
    checks: { pkceCodeVerifier, expectedState, idTokenExpected: true },
  };
}

const shopCallback = () => `${opened.shop.origin}/oidc/callback`;
const signedIn = async () => {
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  return browser;
};
const exchange = (
  configuration: client.Configuration,
  location: string,
  checks: client.AuthorizationCodeGrantChecks,
) => client.authorizationCodeGrant(configuration, new URL(location), checks);

/** A whole round of a first-party site. */
async function round(browser: TestBrowser, more: Record<string, string> = {}) {
  const { path, checks } = await begin(site, shopCallback(), more);
  const { location } = await browser.get(path);
  return exchange(site, location, checks);
}

/** The answer's error, or nothing. */
async function errorOf(run: Promise<unknown>): Promise<string | undefined> {
  try {
    await run;
    return undefined;
  } catch (error) {
    return (error as { error?: string }).error ?? String((error as Error).cause ?? error);
  }
}

describe("OpenID Connect Core 3.1 authorization code", () => {
  test("a signed-in person at a first-party site gets her code in the first answer", async () => {
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

  test("whoever is not signed in is asked by the hub's own page, and comes back", async () => {
    const browser = new TestBrowser(opened);
    const { path, checks } = await begin(site, shopCallback());
    const asked = await browser.follow(await browser.get(path));
    const form = await browser.follow(asked);
    expect(form.screen("login")).toMatchObject({ site: { name: "The shop" } });
    expect(form.headers["content-security-policy"]).toContain(opened.shop.origin);
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
    const { path } = await begin(site, shopCallback(), { prompt: "none" });
    const stranger = await new TestBrowser(opened).get(path);
    expect(new URL(stranger.location).searchParams.get("error")).toBe("login_required");
    const again = await (await signedIn()).get((await begin(site, shopCallback(), { prompt: "none" })).path);
    expect(new URL(again.location).searchParams.get("code")).not.toBeNull();
  });

  test.each([
    ["prompt=login", { prompt: "login" }],
    ["max_age=0", { max_age: "0" }],
  ])("3.1.2.1 %s asks for the password again, whatever session there is", async (_, more) => {
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
  ])("RFC 9700 2.1 a redirect URI with %s is answered by a page, never by a redirect", async (_, uri) => {
    const browser = await signedIn();
    const answer = await browser.get((await begin(site, uri())).path);
    expect([answer.status, answer.location]).toEqual([400, ""]);
    expect(answer.screen("refused").code).toBe("invalid_redirect_uri");
  });

  test("first visits at once, in several windows of a browser, all lead to tokens that live", async () => {
    const browser = await signedIn();
    const begun = await Promise.all(Array.from({ length: 5 }, () => begin(site, shopCallback())));
    const answers = await Promise.all(begun.map(({ path }) => browser.get(path)));
    for (const [index, { location }] of answers.entries()) {
      const tokens = await exchange(site, location, (begun[index] as Begun).checks);
      const who = await client.fetchUserInfo(site, tokens.access_token, alice.id);
      expect(who.preferred_username).toBe("alice");
    }
  });

  test("RFC 6749 4.1.2 of 50 exchanges of one code one wins, and what it got ends", async () => {
    const browser = await signedIn();
    const { path, checks } = await begin(site, shopCallback());
    const { location } = await browser.get(path);
    const all = await Promise.allSettled(Array.from({ length: 50 }, () => exchange(site, location, checks)));
    const won = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(won.length).toBeLessThanOrEqual(1);
    for (const { access_token } of won)
      expect(await errorOf(client.fetchUserInfo(site, access_token, alice.id))).toBeDefined();
  });

  test("a code of one site is nothing to another, nor with another verifier", async () => {
    const browser = await signedIn();
    const { path, checks } = await begin(site, shopCallback());
    const { location } = await browser.get(path);
    expect(await errorOf(exchange(budget, location, checks))).toBe("invalid_grant");
    const other = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() };
    expect(await errorOf(exchange(site, location, other))).toBe("invalid_grant");
  });
});

describe("one central session", () => {
  test("ending it at the hub ends its tokens at once and tells the site by a logout token", async () => {
    const browser = await signedIn();
    const tokens = await round(browser);
    opened.shop.forget();
    await browser.get("/cas/logout");
    expect(await errorOf(client.fetchUserInfo(site, tokens.access_token, alice.id))).toBeDefined();
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

  test("a session that has ended gives no code, and its cookie is left alone", async () => {
    const browser = await signedIn();
    const token = browser.cookies.get("TGC-gatehouse") ?? "";
    await opened.hub.database.sessions.end({ token }, "ended-elsewhere");
    const answer = await browser.get((await begin(site, shopCallback(), { prompt: "none" })).path);
    expect(new URL(answer.location).searchParams.get("error")).toBe("login_required");
    expect(browser.cookies.get("TGC-gatehouse")).toBe(token);
  });

  test("the cookie is the same before and after: letters, digits and hyphens, until the browser closes", async () => {
    const browser = await signedIn();
    const before = browser.cookies.get("TGC-gatehouse");
    const answer = await browser.get((await begin(site, shopCallback())).path);
    expect(browser.cookies.get("TGC-gatehouse")).toBe(before);
    for (const cookie of answer.cookies.filter((one) => one.startsWith("TGC-")))
      expect(cookie).not.toMatch(/expires|max-age/i);
  });

  test("whoever is disabled has no account and no tokens any more", async () => {
    const bob = await opened.createPerson();
    const browser = new TestBrowser(opened);
    await browser.signIn(bob);
    const tokens = await round(browser);
    await opened.hub.database.people.setDisabled(bob.id, true);
    expect(await errorOf(client.fetchUserInfo(site, tokens.access_token, bob.id))).toBeDefined();
  });
});

describe("consent of a third-party site", () => {
  const begunAt = (more: Record<string, string> = {}) =>
    begin(budget, "https://budget.example/callback", {
      scope: "openid email transactions.read",
      resource: apiAddress,
      ...more,
    });

  async function consentPage(browser: TestBrowser) {
    const { path, checks } = await begunAt();
    const asked = await browser.get(path);
    return { page: await browser.follow(asked), checks, path: asked.location };
  }
  const hidden = (page: Awaited<ReturnType<TestBrowser["get"]>>) =>
    Object.fromEntries(page.screen("consent").hidden.map(({ name, value }) => [name, value]));

  test("says who asks, what it may and what it cannot", async () => {
    const { page } = await consentPage(await signedIn());
    expect(page.screen("consent")).toMatchObject({
      site: { name: "Budget" },
      asks: [
        { value: "email", words: "see your e-mail address" },
        { value: "transactions.read", words: "see your transactions at The bank" },
      ],
      never: ["move money at The bank"],
      offline: false,
    });
  });

  test("what is allowed is in the token, what is declined is not", async () => {
    const browser = await signedIn();
    const { page, checks, path } = await consentPage(browser);
    const answer = await browser.post(path, {
      ...hidden(page),
      answer: "allow",
      "allow:transactions.read": "true",
    });
    const done = await browser.follow(answer);
    const tokens = await exchange(budget, done.location, checks);
    const seen = await client.tokenIntrospection(api, tokens.access_token);
    expect(seen).toMatchObject({
      active: true,
      scope: "transactions.read",
      aud: apiAddress,
      client_id: "budget",
      // As the API knows her; to the site she has another name.
      sub: alice.id,
    });
    expect(tokens.claims()?.sub).not.toBe(alice.id);
  });

  test("another site learns nothing about the token", async () => {
    const browser = await signedIn();
    const { page, checks, path } = await consentPage(browser);
    const answer = await browser.post(path, {
      ...hidden(page),
      answer: "allow",
      "allow:transactions.read": "true",
    });
    const tokens = await exchange(budget, (await browser.follow(answer)).location, checks);
    expect(await client.tokenIntrospection(site, tokens.access_token)).toEqual({ active: false });
  });

  test("no is access_denied, a forged yes is refused, another browser's flow too", async () => {
    const browser = await signedIn();
    const { page, path } = await consentPage(browser);
    const forged = await browser.post(path, { token: "0".repeat(32), answer: "allow" });
    expect([forged.status, forged.screen("refused").code]).toEqual([403, "form_token_wrong"]);
    const stranger = await (await signedIn()).get(path);
    expect([stranger.status, stranger.screen("refused").code]).toEqual([400, "flow_expired"]);
    const denied = await browser.follow(await browser.post(path, { ...hidden(page), answer: "deny" }));
    expect(new URL(denied.location).searchParams.get("error")).toBe("access_denied");
  });

  test("Core 3.1.2.1 prompt=consent names all that the yes is about, and a no takes it back", async () => {
    const browser = await signedIn();
    const asked = await browser.follow(await browser.get((await begunAt()).path));
    const ticked = { answer: "allow", "allow:email": "true", "allow:transactions.read": "true" };
    const first = asked.screen("consent").action;
    await browser.follow(await browser.post(first, { ...hidden(asked), ...ticked }));
    // It has both, until she signs out; now it asks for them for 90 days.
    const longer = { scope: "openid email transactions.read offline_access", prompt: "consent" };
    const { path, checks } = await begunAt(longer);
    const page = await browser.follow(await browser.get(path));
    const { asks, offline, action } = page.screen("consent");
    expect([asks.map(({ value }) => value), offline]).toEqual([["email", "transactions.read"], true]);
    const yes = await browser.post(action, { ...hidden(page), answer: "allow", "allow:email": "true" });
    const tokens = await exchange(budget, (await browser.follow(yes)).location, checks);
    expect((await client.tokenIntrospection(api, tokens.access_token)).scope ?? "").not.toContain(
      "transactions",
    );
    const kept = await opened.hub.database.consents.find(alice.id, "budget");
    expect([kept?.scopes.includes("email"), kept?.resources[apiAddress]]).toEqual([true, []]);
    // Declined before, allowed now.
    const again = await begunAt(longer);
    const third = await browser.follow(await browser.get(again.path));
    const back = await browser.post(third.screen("consent").action, { ...hidden(third), ...ticked });
    const both = await exchange(budget, (await browser.follow(back)).location, again.checks);
    expect((await client.tokenIntrospection(api, both.access_token)).scope).toBe("transactions.read");
    await opened.hub.database.consents.takeBack(alice.id, "budget");
  });

  test("Core 3.1.2.4 whoever signs in meanwhile decides for herself, and about nobody else's grant", async () => {
    const { database } = opened.hub;
    const browser = await signedIn();
    const first = await consentPage(browser);
    const allowed = { ...hidden(first.page), answer: "allow", "allow:transactions.read": "true" };
    await browser.follow(await browser.post(first.path, allowed));
    const asked = await browser.get(
      (await begunAt({ scope: "openid email profile", prompt: "consent" })).path,
    );
    expect((await browser.follow(asked)).screen("consent").person.username).toBe("alice");
    const dora = await opened.createPerson({ username: "dora" });
    await browser.get("/cas/logout");
    await browser.signIn(dora);
    // The flow goes on as hers, from its beginning: no form of it is about what alice's grant lacks.
    const anew = await browser.get(asked.location);
    expect([anew.status, anew.location]).toEqual([303, expect.stringContaining("/oidc/auth/")]);
    const again = await browser.follow(anew);
    const hers = await browser.follow(again);
    expect(hers.screen("consent").person.username).toBe("dora");
    expect(await database.consents.find(dora.id, "budget")).toBeNull();
    const yes = await browser.post(again.location, {
      ...hidden(hers),
      answer: "allow",
      "allow:email": "true",
    });
    const { searchParams } = new URL((await browser.follow(yes)).location);
    expect([searchParams.has("code"), searchParams.get("error")]).toEqual([true, null]);
    const consent = await database.consents.find(dora.id, "budget");
    expect(consent?.scopes).toContain("email");
    expect(consent?.scopes).not.toContain("profile");
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

test("RFC 7009 a revoked token is dead at the very next call", async () => {
  const tokens = await round(await signedIn());
  await client.tokenRevocation(site, tokens.access_token);
  expect(await client.tokenIntrospection(site, tokens.access_token)).toEqual({ active: false });
});

test("neither token, code nor session is in the log or in the database", async () => {
  const browser = await signedIn();
  const { path, checks } = await begin(site, shopCallback());
  const { location } = await browser.get(path);
  const tokens = await exchange(site, location, checks);
  const code = new URL(location).searchParams.get("code") ?? "";
  const { rows } = await opened.hub.database.pool.query(
    "SELECT to_jsonb(a)::text AS text FROM oidc_artifacts a",
  );
  const kept = JSON.stringify(rows) + opened.lines.join("\n");
  for (const secret of [code, tokens.access_token, browser.cookies.get("TGC-gatehouse") ?? "none"]) {
    expect(secret.length).toBeGreaterThan(20);
    expect(kept).not.toContain(secret);
  }
});

describe("what was allowed holds until it is taken back", () => {
  test("in a new session nobody is asked again, and the use is seen", async () => {
    const carol = await opened.createPerson();
    const browserOf = async () => {
      const browser = new TestBrowser(opened);
      await browser.signIn(carol);
      return browser;
    };
    const begun = () =>
      begin(budget, "https://budget.example/callback", {
        scope: "openid transactions.read",
        resource: apiAddress,
      });
    const browser = await browserOf();
    const first = await begun();
    const asked = await browser.get(first.path);
    const page = await browser.follow(asked);
    const fields = Object.fromEntries(page.screen("consent").hidden.map(({ name, value }) => [name, value]));
    await browser.follow(
      await browser.post(asked.location, { ...fields, answer: "allow", "allow:transactions.read": "true" }),
    );

    const second = await begun();
    const again = await (await browserOf()).get(second.path);
    const tokens = await exchange(budget, again.location, second.checks);
    expect(await client.tokenIntrospection(api, tokens.access_token)).toMatchObject({ active: true });
    // Written after the answer has gone out.
    await eventually(async () => {
      const [consent] = await opened.hub.database.consents.listOf(carol.id);
      expect(consent).toMatchObject({
        clientId: "budget",
        resources: { [apiAddress]: ["transactions.read"] },
        uses: { [apiAddress]: expect.anything() },
      });
    });

    await opened.hub.database.consents.takeBack(carol.id, "budget");
    expect(await client.tokenIntrospection(api, tokens.access_token)).toEqual({ active: false });
    const third = await begun();
    const page3 = await (async () => {
      const fresh = await browserOf();
      return fresh.follow(await fresh.get(third.path));
    })();
    expect(page3.screen("consent").site.name).toBe("Budget");
  });
});
