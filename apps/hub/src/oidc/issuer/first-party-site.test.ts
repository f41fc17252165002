/** Behaviour that first-party sites rely on beyond the specifications, as by CAS. */
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";

/** RFC 7636, appendix B */
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

let opened: TestHub;
let alice: TestPerson;
let browser: TestBrowser;
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop }) => ({
      shop: shop.registration({
        oidc: {
          redirectUris: [`${shop.origin}/oidc/callback`],
          postLogoutRedirectUris: [`${shop.origin}/`],
          backchannelLogoutUrl: `${shop.origin}/backchannel`,
        },
      }),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
});
beforeEach(() => {
  browser = new TestBrowser(opened);
});
afterAll(() => opened.close());

const callback = () => `${opened.shop.origin}/oidc/callback`;
const authorization = (more: Record<string, string> = {}) =>
  `/oidc/auth?${new URLSearchParams({
    client_id: "shop",
    redirect_uri: callback(),
    response_type: "code",
    scope: "openid profile email",
    claims: JSON.stringify({ id_token: { preferred_username: null, auth_time: { essential: true } } }),
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...more,
  })}`;

/** The claims that a code is exchanged for. */
const exchange = async (location: string) => decodeJwt(await idTokenFor(location));

async function idTokenFor(location: string): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code: new URL(location).searchParams.get("code") ?? "",
    redirect_uri: callback(),
    code_verifier: verifier,
  });
  const headers = {
    authorization: opened.shop.authorization,
    "content-type": "application/x-www-form-urlencoded",
  };
  const answer = await new TestBrowser(opened).send("POST", "/oidc/token", headers, body.toString());
  return JSON.parse(answer.body).id_token;
}

async function enter(): Promise<string> {
  await browser.signIn(alice);
  const claims = await exchange((await browser.get(authorization())).location);
  expect(claims).toMatchObject({ sub: alice.id, preferred_username: "alice", auth_time: expect.any(Number) });
  return String(claims.sid);
}

describe("/sites/v1/sessions/check by the sid of an ID token", () => {
  const check = async (sessionIndex: string) => {
    const headers = { authorization: opened.shop.authorization, "content-type": "application/json" };
    const body = JSON.stringify({ sessionIndex, active: false });
    return JSON.parse(
      (await new TestBrowser(opened).send("POST", "/sites/v1/sessions/check", headers, body)).body,
    );
  };

  test("is active, and ends with the central session, with the reason", async () => {
    const sid = await enter();
    expect(await check(sid)).toMatchObject({ active: true });
    await browser.get("/cas/logout");
    expect(await check(sid)).toEqual({ active: false, reason: "signed-out" });
  });

  test("stays the same after the user re-authenticates in the same browser", async () => {
    const sid = await enter();
    await browser.signIn(alice, "?renew=true");
    expect(await check(sid)).toMatchObject({ active: true });
    expect((await exchange((await browser.get(authorization())).location)).sid).toBe(sid);
  });
});

describe("RP-Initiated Logout 2 a hint that names the session", () => {
  const goodbye = (more: Record<string, string>) =>
    `/oidc/session/end?${new URLSearchParams({
      client_id: "shop",
      post_logout_redirect_uri: `${opened.shop.origin}/`,
      ...more,
    })}`;

  test("signs out without a question, notifies the site, and redirects back with state", async () => {
    const sid = await enter();
    opened.shop.forget();
    const answer = await browser.get(goodbye({ logout_hint: sid, state: "abc" }));
    expect([answer.status, answer.location]).toEqual([303, `${opened.shop.origin}/?state=abc`]);
    expect(answer.cookies.find((cookie) => cookie.startsWith("TGC-gatehouse="))).toMatch(/=;.*Max-Age=0/);
    expect((await browser.get("/account")).status).toBe(303);
    await opened.hub.logout.drain();
    const [told] = opened.shop.received;
    expect(decodeJwt(new URLSearchParams(told?.body).get("logout_token") ?? "").sid).toBe(sid);
  });

  test("an ID token of the session signs out without a question", async () => {
    await enter();
    const id_token_hint = await idTokenFor((await browser.get(authorization())).location);
    const answer = await browser.get(goodbye({ id_token_hint }));
    expect([answer.status, answer.location]).toEqual([303, `${opened.shop.origin}/`]);
    expect((await browser.get("/account")).status).toBe(303);
  });

  test.each<[string, () => Promise<Record<string, string>>]>([
    ["no hint", async () => ({})],
    ["the sid of another session", async () => ({ logout_hint: "x".repeat(43) })],
    ["an ID token of an earlier session of the same user", async () => ({ id_token_hint: await earlier() })],
  ])("with %s the hub asks first", async (_, more) => {
    const hint = await more();
    await enter();
    const answer = await browser.get(goodbye(hint));
    expect(answer.screen("sign-out").site?.name).toBe("The shop");
    expect((await browser.get("/account")).status).toBe(200);
  });

  async function earlier(): Promise<string> {
    await enter();
    const token = await idTokenFor((await browser.get(authorization())).location);
    await browser.get("/cas/logout");
    return token;
  }

  test("never redirects to an unregistered address", async () => {
    const sid = await enter();
    const elsewhere = { logout_hint: sid, post_logout_redirect_uri: "https://evil.example/" };
    const answer = await browser.get(goodbye(elsewhere));
    expect([answer.status, answer.location]).toEqual([400, ""]);
    expect((await browser.get("/account")).status).toBe(200);
  });
});

describe("a user who wants to be asked before every sign-in", () => {
  const signInAsking = async () => {
    const form = await browser.get("/cas/login");
    const { username, password } = alice;
    await browser.post("/cas/login", { ...browser.hiddenFields(form), username, password, warn: "true" });
  };

  test("is asked each time, and the site gets a code after consent", async () => {
    await signInAsking();
    for (const _ of [1, 2]) {
      const page = await browser.follow(await browser.get(authorization()));
      const model = page.screen("ask-before");
      expect(model).toMatchObject({ site: { name: "The shop" }, person: { username: "alice" } });
      const hidden = Object.fromEntries(model.hidden.map(({ name, value }) => [name, value]));
      const { location } = await browser.follow(await browser.post(model.action, hidden));
      expect(new URL(location).searchParams.get("code")).not.toBeNull();
    }
  });

  test("a declined site is not listed as signed in, on the account page and at sign-out", async () => {
    await signInAsking();
    const page = await browser.follow(await browser.get(authorization()));
    const { declineTo } = page.screen("ask-before");
    expect(declineTo).toBe(`${opened.shop.origin}/`);
    const sites = async () => (await browser.get("/account/sessions")).screen("account-sessions").here.sites;
    expect(await sites()).toEqual([]);
    // Looked at once more, and asked for silently: still nothing.
    await browser.follow(await browser.get(authorization()));
    await browser.get(authorization({ prompt: "none" }));
    expect(await sites()).toEqual([]);
    expect((await browser.get("/cas/logout")).screen("logged-out").sites).toEqual([]);
  });

  test("an accepted site is listed, and gets a logout token", async () => {
    await signInAsking();
    const { action, hidden } = (await browser.follow(await browser.get(authorization()))).screen(
      "ask-before",
    );
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    await exchange((await browser.follow(await browser.post(action, fields))).location);
    const { here } = (await browser.get("/account/sessions")).screen("account-sessions");
    expect(here.sites).toMatchObject([{ name: "The shop" }]);
    expect((await browser.get("/cas/logout")).screen("logged-out").sites).toMatchObject([
      { name: "The shop" },
    ]);
  });

  test("gets interaction_required with prompt=none", async () => {
    await signInAsking();
    const { location } = await browser.get(authorization({ prompt: "none" }));
    expect(new URL(location).searchParams.get("error")).toBe("interaction_required");
  });

  test("is not identified to a site by another user's form", async () => {
    await signInAsking();
    const page = await browser.follow(await browser.get(authorization()));
    const { action } = page.screen("ask-before");
    expect((await browser.post(action, { token: "forged" })).status).toBe(403);
  });
});
