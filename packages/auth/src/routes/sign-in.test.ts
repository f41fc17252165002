import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failure, HubInTest, response } from "../test-support/hub-in-test.ts";
import {
  BrowserInTest,
  lastSessionIndex,
  location,
  serviceOf,
  siteInTest,
  siteSecret,
  siteUrl,
} from "../test-support/site-in-test.ts";

let hub: HubInTest;
let site: ReturnType<typeof siteInTest>;
let browser: BrowserInTest;

beforeEach(async () => {
  hub = new HubInTest();
  await hub.start();
  site = siteInTest(hub);
  browser = new BrowserInTest(site);
});
afterEach(() => hub.stop());

describe("a whole sign-in", () => {
  test("redirects to the hub with the state inside the service", async () => {
    const reply = await browser.get("/api/auth/sign-in?returnTo=/cart");
    expect(reply.status).toBe(303);
    const login = new URL(location(reply));
    expect(login.origin + login.pathname).toBe(`${hub.url}/cas/login`);
    const service = serviceOf(login.href);
    expect(service.origin + service.pathname).toBe(`${siteUrl}/api/auth/callback/gatehouse`);
    expect(service.searchParams.get("state")).toMatch(/^[\w.-]{100,}$/);
    expect(login.searchParams.has("state")).toBe(false);
    expect([...browser.cookies.keys()]).toEqual([expect.stringMatching(/^gatehouse-shop\.state-\w{10}$/)]);
  });

  test("returns to the page, signed in", async () => {
    const reply = await browser.signIn(hub, "/cart?open=1");
    expect(reply.status).toBe(303);
    expect(location(reply)).toBe(`${siteUrl}/cart?open=1`);
    expect(reply.headers.get("referrer-policy")).toBe("no-referrer");
    expect(reply.headers.get("cache-control")).toBe("no-store");
    expect(browser.cookies.keys().toSorted()).toEqual(["gatehouse-shop.asked", "gatehouse-shop.session"]);
    const session = await site.auth(browser.request("/cart"));
    expect(session).toEqual({
      user: {
        id: "person-1",
        username: "alice",
        name: "Alice Ångström",
        email: "Alice@example.com",
        groups: [],
      },
      expires: expect.stringMatching(/^2\d{3}-.*Z$/),
    });
    expect(site.log).toEqual([]);
  });

  test("sets the session cookie with HttpOnly and SameSite", async () => {
    const reply = await browser.signIn(hub);
    const cookie = reply.headers.getSetCookie().find((one) => one.startsWith("gatehouse-shop.session="));
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Lax/);
    expect(cookie).toMatch(/; Path=\//);
    expect(cookie).not.toMatch(/Domain/i);
  });

  test("passes through a service worker of the site", async () => {
    const through = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "empty" };
    const own = { ...through, "sec-fetch-site": "same-origin" };
    const started = await browser.get("/api/auth/sign-in?returnTo=/cart", own);
    const back = { ...through, "sec-fetch-site": "cross-site" };
    expect(location(await browser.get(hub.signIn(location(started)), back))).toBe(`${siteUrl}/cart`);
    expect((await site.auth(browser.request("/cart")))?.user.username).toBe("alice");
  });

  test("passes a known reason on to the hub, and drops others", async () => {
    const idle = await browser.get("/api/auth/sign-in?returnTo=/&reason=idle");
    expect(new URL(location(idle)).searchParams.get("reason")).toBe("idle");
    const odd = await browser.get("/api/auth/sign-in?returnTo=/&reason=%3Cb%3E");
    expect(new URL(location(odd)).searchParams.get("reason")).toBe("unknown");
  });

  test("tabs that sign in at once each return to their own page", async () => {
    const first = location(await browser.get("/api/auth/sign-in?returnTo=/first"));
    const second = location(await browser.get("/api/auth/sign-in?returnTo=/second"));
    expect(location(await browser.get(hub.signIn(first)))).toBe(`${siteUrl}/first`);
    expect(location(await browser.get(hub.signIn(second)))).toBe(`${siteUrl}/second`);
  });

  test("drops the oldest of many pending sign-ins", async () => {
    for (let i = 0; i < 12; i++) await browser.get("/api/auth/sign-in");
    expect(browser.cookies.size).toBe(6);
  });

  test("a name of 600 characters is kept", async () => {
    hub.person = { username: "alice", id: "person-1", name: "Å".repeat(600), email: "a@example.com" };
    await browser.signIn(hub);
    const session = await site.auth(browser.request("/"));
    expect(session?.user.name).toBe(hub.person.name);
  });

  test("a name that exceeds a cookie gets an error page, not a redirect loop", async () => {
    hub.person = { username: "alice", id: "person-1", name: "Å".repeat(2_000), email: "a@example.com" };
    const reply = await browser.signIn(hub);
    expect(reply.status).toBe(500);
    expect(await reply.text()).toContain("Your name is too long for this site");
    expect(site.codes()).toEqual(["profile_too_large"]);
    expect(browser.cookies.has("gatehouse-shop.session")).toBe(false);
  });
});

describe("login CSRF is refused", () => {
  test("another user's callback starts a new sign-in", async () => {
    const attacker = new BrowserInTest(site);
    const stolen = hub.signIn(location(await attacker.get("/api/auth/sign-in?returnTo=/cart")));
    const reply = await browser.get(stolen);
    expect(location(reply)).toMatch(`${hub.url}/cas/login`);
    expect(serviceOf(location(reply)).searchParams.get("state")).not.toBe(
      new URL(stolen).searchParams.get("state"),
    );
    expect(hub.validations).toEqual([]);
    expect(await site.auth(browser.request("/"))).toBeNull();
    expect(site.codes()).toEqual(["state_mismatch"]);
  });

  test("a ticket of another user is refused with this browser's state", async () => {
    const attacker = new BrowserInTest(site);
    const theirs = new URL(hub.signIn(location(await attacker.get("/api/auth/sign-in"))));
    const mine = serviceOf(location(await browser.get("/api/auth/sign-in")));
    mine.searchParams.set("ticket", theirs.searchParams.get("ticket") ?? "");
    const reply = await browser.get(mine.href);
    expect(reply.status).toBe(400);
    expect(site.codes()).toEqual(["callback_altered"]);
    expect(await site.auth(browser.request("/"))).toBeNull();
  });

  test("a browser without cookies gets an error page at the second attempt, not a redirect loop", async () => {
    browser.keepsCookies = false;
    const first = location(await browser.get("/api/auth/sign-in?returnTo=/cart"));
    const second = location(await browser.get(hub.signIn(first)));
    const reply = await browser.get(hub.signIn(second));
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain("does not keep our cookies");
    expect(site.codes()).toEqual(["state_mismatch", "cookies_refused"]);
  });
});

describe("a ticket works once", () => {
  test("a replayed callback signs nobody in", async () => {
    const back = hub.signIn(location(await browser.get("/api/auth/sign-in")));
    const cookies = new Map(browser.cookies);
    await browser.get(back);
    const thief = new BrowserInTest(site);
    for (const [name, value] of cookies) thief.cookies.set(name, value);
    const reply = await thief.get(back);
    expect(reply.status).toBe(400);
    expect(site.codes()).toEqual(["ticket_refused"]);
    expect(await site.auth(thief.request("/"))).toBeNull();
  });

  test.each([
    ["no state", (url: URL) => url.searchParams.delete("state")],
    ["two tickets", (url: URL) => url.searchParams.append("ticket", "ST-2")],
    ["a ticket with other letters", (url: URL) => url.searchParams.set("ticket", "ST-1&x=<b>")],
    ["a foreign flow", (url: URL) => url.searchParams.set("flow", "../../etc")],
  ])("a callback with %s is refused", async (_name, spoil) => {
    const back = new URL(hub.signIn(location(await browser.get("/api/auth/sign-in"))));
    spoil(back);
    const reply = await browser.get(back.href);
    expect(reply.status).toBe(400);
    expect(site.codes()).toEqual(["callback_malformed"]);
  });

  test.each([
    ["another page of the site", "/elsewhere"],
    ["another site", "https://evil.example/"],
  ])(
    "a callback whose returnTo was changed to %s signs nobody in, and the page says so",
    async (_name, to) => {
      const back = new URL(hub.signIn(location(await browser.get("/api/auth/sign-in?returnTo=/cart"))));
      back.searchParams.set("returnTo", to);
      const reply = await browser.get(back.href);
      expect(reply.status).toBe(400);
      expect(site.codes()).toEqual(["callback_altered"]);
      expect(site.log[0]?.message).toContain("returnTo");
      expect(await site.auth(browser.request("/"))).toBeNull();
    },
  );

  test("a link checker's HEAD consumes no ticket", async () => {
    const back = hub.signIn(location(await browser.get("/api/auth/sign-in")));
    const reply = await site.handlers.GET(browser.request(back, undefined, { method: "HEAD" }));
    expect(reply.status).toBe(405);
    expect(location(await browser.get(back))).toBe(`${siteUrl}/`);
  });
});

describe("secrets do not leak", () => {
  test("the session for scripts has only user and expiry", async () => {
    const nobody = await browser.get("/api/auth/session", {});
    expect(await nobody.json()).toBeNull();
    await browser.signIn(hub);
    const reply = await browser.get("/api/auth/session", {});
    expect(reply.headers.get("cache-control")).toContain("no-store");
    const session = await reply.json();
    expect(Object.keys(session)).toEqual(["user", "expires"]);
    expect(Object.keys(session.user)).toEqual(["id", "username", "name", "email", "groups"]);
    expect(JSON.stringify(session)).not.toContain(lastSessionIndex(hub));
  });

  test("log and pages contain no ticket, state, secret or input", async () => {
    hub.validateAnswer = response(failure("INVALID_TICKET"));
    const reply = await browser.signIn(hub, '/probe-of-input?"><b>');
    const page = await reply.text();
    const log = JSON.stringify(site.log);
    for (const text of [page, log]) {
      expect(text).not.toContain(lastSessionIndex(hub));
      expect(text).not.toContain(siteSecret);
    }
    // The path to return to is repeated only as a link within the site.
    expect(log).not.toContain("probe-of-input");
    const link = 'href="/api/auth/sign-in?returnTo=%2Fprobe-of-input%3F%2522%253E%253Cb%253E"';
    expect(page.replace(link, "")).not.toContain("probe-of-input");
    expect(page).toContain(link);
  });

  test.each(["signin", "signin/gatehouse", "csrf", "providers", "error", "signout", "constructor"])(
    "next-auth's own address %s is 404",
    async (path) => {
      expect((await browser.get(`/api/auth/${path}`)).status).toBe(404);
    },
  );

  test.each(["sign-in", "recognise", "callback/gatehouse"])(
    "%s refuses pictures, frames and scripts",
    async (path) => {
      for (const [mode, destination] of [
        ["no-cors", "image"],
        ["navigate", "iframe"],
        ["cors", "empty"],
        ["no-cors", "empty"],
      ] as const) {
        const headers = { "sec-fetch-mode": mode, "sec-fetch-dest": destination };
        expect((await browser.get(`/api/auth/${path}`, headers)).status).toBe(403);
      }
      expect(browser.cookies.size).toBe(0);
    },
  );

  test("sign-in accepts a program that sends a mode without a destination, as Node's fetch does", async () => {
    const { status } = await browser.get("/api/auth/sign-in", { "sec-fetch-mode": "cors" });
    expect(status).toBe(303);
  });
});
