/** Tests of the sign-in by OpenID Connect. Tests that CAS has too have the same titles (`sign-in.test.ts`). */
import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OidcHubInTest } from "../test-support/oidc-hub-in-test.ts";
import { BrowserInTest, location, siteInTest, siteSecret, siteUrl } from "../test-support/site-in-test.ts";

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

const begin = async (path = "/api/auth/sign-in?returnTo=/cart") => new URL(location(await browser.get(path)));
/** The same address with parameters of its query changed. */
const changed = (address: string, change: (query: URLSearchParams) => void) => {
  const url = new URL(address);
  change(url.searchParams);
  return url.href;
};

describe("a whole sign-in", () => {
  test("Core 3.1.2.1 redirects to the hub with state, nonce and S256 challenge", async () => {
    const asked = await begin();
    expect(asked.origin + asked.pathname).toBe(`${hub.issuer}/auth`);
    const query = Object.fromEntries(asked.searchParams);
    expect(query).toMatchObject({
      client_id: "shop",
      response_type: "code",
      redirect_uri: `${siteUrl}/api/auth/callback/gatehouse`,
      scope: "openid profile email",
      code_challenge_method: "S256",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{20,}$/),
      state: expect.stringMatching(/^[\w.~-]{100,}$/),
    });
    expect(asked.searchParams.has("prompt")).toBe(false);
    expect([...browser.cookies.keys()]).toEqual([expect.stringMatching(/^gatehouse-shop\.state-\w{10}$/)]);
  });

  test("returns to the page, signed in, with the same session as by CAS", async () => {
    const reply = await browser.signIn(hub, "/cart?open=1");
    expect([reply.status, location(reply)]).toEqual([303, `${siteUrl}/cart?open=1`]);
    expect(reply.headers.get("referrer-policy")).toBe("no-referrer");
    expect(browser.cookies.keys().toSorted()).toEqual(["gatehouse-shop.asked", "gatehouse-shop.session"]);
    expect(await site.auth(browser.request("/cart"))).toEqual({
      user: {
        id: "person-1",
        username: "alice",
        name: "Alice Ångström",
        email: "Alice@example.com",
        groups: [],
      },
      expires: expect.stringMatching(/^2\d{3}-.*Z$/),
    });
    expect(hub.checks.at(-1)?.sessionIndex).toBe(hub.lastSid);
    expect(site.log).toEqual([]);
  });

  test("reads the discovery document once, not at each sign-in", async () => {
    for (let i = 0; i < 3; i++) await browser.signIn(hub);
    expect(hub.discoveries).toBe(1);
  });

  test("tabs that sign in at once each return to their own page", async () => {
    const first = await begin("/api/auth/sign-in?returnTo=/first");
    const second = await begin("/api/auth/sign-in?returnTo=/second");
    expect(location(await browser.get(hub.signIn(first.href)))).toBe(`${siteUrl}/first`);
    expect(location(await browser.get(hub.signIn(second.href)))).toBe(`${siteUrl}/second`);
  });

  test("session, pages and log contain no sid, code, token or secret", async () => {
    const back = hub.signIn((await begin()).href);
    await browser.get(back);
    const session = await (await browser.get("/api/auth/session", {})).text();
    const page = await (await browser.get(back)).text();
    const code = new URL(back).searchParams.get("code") ?? "-";
    for (const text of [session, page, JSON.stringify(site.log)])
      for (const secret of [hub.lastSid, code, siteSecret, "eyJ"]) expect(text).not.toContain(secret);
    expect(site.codes()).toEqual(["state_mismatch"]);
  });

  test("new keys of the hub are accepted", async () => {
    await browser.signIn(hub);
    await hub.rotateKeys();
    const other = siteInTest(hub, {}, "shop", { protocol: "oidc" });
    expect(location(await new BrowserInTest(other).signIn(hub))).toBe(`${siteUrl}/cart`);
  });
});

describe("recognition", () => {
  const recognise = () => begin("/api/auth/recognise?returnTo=/tea");

  test("Core 3.1.2.1 asks with prompt=none, so that the hub shows nothing", async () => {
    const asked = await recognise();
    expect(asked.searchParams.get("prompt")).toBe("none");
    expect(location(await browser.get(hub.signIn(asked.href)))).toBe(`${siteUrl}/tea`);
    expect((await site.auth(browser.request("/tea")))?.user.username).toBe("alice");
  });

  test.each(["login_required", "interaction_required", "consent_required", "account_selection_required"])(
    "Core 3.1.2.6 %s means that nobody is signed in: asked once per visit, not logged",
    async (error) => {
      const asked = await recognise();
      expect(location(await browser.get(hub.refuse(asked.href, error)))).toBe(`${siteUrl}/tea`);
      expect([...browser.cookies.keys()]).toEqual(["gatehouse-shop.asked"]);
      expect(location(await site.recognise(browser.request("/tea")))).toBe("");
      expect(await site.auth(browser.request("/tea"))).toBeNull();
      expect(site.log).toEqual([]);
    },
  );

  test("an error in the registration is logged, and the page is shown", async () => {
    const asked = await recognise();
    expect(location(await browser.get(hub.refuse(asked.href, "invalid_scope")))).toBe(`${siteUrl}/tea`);
    expect(site.log.map(({ code, level }) => [code, level])).toEqual([["scope_refused", "warn"]]);
  });

  test("a browser without cookies gets no redirect loop", async () => {
    browser.keepsCookies = false;
    const asked = await recognise();
    const landing = location(await browser.get(hub.signIn(asked.href)));
    expect(landing).toBe(`${siteUrl}/tea?gatehouse=asked`);
    expect(hub.tokenRequests).toEqual([]);
  });
});

describe("login CSRF and code injection", () => {
  test("RFC 9700 4.7 another user's callback starts a new sign-in", async () => {
    const attacker = new BrowserInTest(site);
    const stolen = hub.signIn(location(await attacker.get("/api/auth/sign-in?returnTo=/cart")));
    expect(location(await browser.get(stolen))).toMatch(`${hub.issuer}/auth`);
    expect(hub.tokenRequests).toEqual([]);
    expect(site.codes()).toEqual(["state_mismatch"]);
  });

  test("RFC 9700 4.5 a code of another sign-in is refused with this browser's state (PKCE)", async () => {
    const attacker = new BrowserInTest(site);
    const theirs = new URL(hub.signIn(location(await attacker.get("/api/auth/sign-in"))));
    const mine = hub.signIn((await begin()).href);
    const code = theirs.searchParams.get("code") ?? "";
    const reply = await browser.get(changed(mine, (query) => query.set("code", code)));
    expect(reply.status).toBe(400);
    expect(site.codes()).toEqual(["ticket_refused"]);
    expect(await site.auth(browser.request("/"))).toBeNull();
  });

  test("RFC 6749 4.1.2 a replayed callback signs nobody in", async () => {
    const back = hub.signIn((await begin()).href);
    const thief = new BrowserInTest(site);
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
    await browser.get(back);
    const reply = await thief.get(back);
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain('href="/api/auth/sign-in?returnTo=%2Fcart"');
    expect(site.codes()).toEqual(["ticket_refused"]);
  });

  test("a browser without cookies gets an error page at the second attempt, not a redirect loop", async () => {
    browser.keepsCookies = false;
    const second = location(await browser.get(hub.signIn((await begin()).href)));
    const reply = await browser.get(hub.signIn(second));
    expect(await reply.text()).toContain("does not keep our cookies");
    expect(site.codes()).toEqual(["state_mismatch", "cookies_refused"]);
  });

  test("RFC 9207 2.4 an answer of another issuer, or of none, is refused before the code is consumed", async () => {
    for (const change of [
      (query: URLSearchParams) => query.set("iss", "https://evil.example"),
      (query: URLSearchParams) => query.delete("iss"),
    ]) {
      const reply = await browser.get(changed(hub.signIn((await begin()).href), change));
      expect(reply.status).toBe(400);
    }
    expect(site.codes()).toEqual(["issuer_mismatch", "issuer_mismatch"]);
    expect(hub.tokenRequests).toEqual([]);
  });

  test("a flow that was changed inside the state is refused: page, purpose and age are sealed", async () => {
    const back = hub.signIn((await begin("/api/auth/sign-in?returnTo=/cart&maxAge=60")).href);
    const [text = "", ...rest] = (new URL(back).searchParams.get("state") ?? "").split("~");
    const flow = JSON.parse(Buffer.from(text, "base64url").toString());
    for (const [at, value] of [
      [1, "/elsewhere"],
      [4, null],
    ] as const) {
      const other = Buffer.from(JSON.stringify(flow.with(at, value))).toString("base64url");
      const reply = await browser.get(
        changed(back, (query) => query.set("state", [other, ...rest].join("~"))),
      );
      expect(reply.status).toBe(400);
    }
    expect(site.codes()).toEqual(["callback_altered", "callback_altered"]);
    expect(await site.auth(browser.request("/"))).toBeNull();
  });

  test.each<[string, (query: URLSearchParams) => void]>([
    ["no state", (query) => query.delete("state")],
    ["a state of no flow", (query) => query.set("state", "abc")],
    ["two codes", (query) => query.append("code", "2")],
    ["code and error", (query) => query.set("error", "access_denied")],
    ["neither", (query) => query.delete("code")],
    ["a code with other letters", (query) => query.set("code", "<b>")],
  ])("a callback with %s is refused", async (_, spoil) => {
    const reply = await browser.get(changed(hub.signIn((await begin()).href), spoil));
    expect(reply.status).toBe(400);
    expect(site.codes()).toEqual(["callback_malformed"]);
  });
});
