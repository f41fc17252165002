import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HubInTest } from "../test-support/hub-in-test.ts";
import {
  BrowserInTest,
  lastSessionIndex,
  navigation,
  siteInTest,
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
  await browser.signIn(hub);
  hub.checks.length = 0;
});
afterEach(() => hub.stop());

const background = { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };
const auth = (headers: Record<string, string> = background) => site.auth(browser.request("/cart", headers));

describe("the hub's answer about a session", () => {
  test("is cached for five seconds", async () => {
    await auth();
    site.clock.now += 4_900;
    await auth();
    expect(hub.checks).toHaveLength(0); // the sign-in has asked already
    site.clock.now += 200;
    await auth();
    expect(hub.checks).toHaveLength(1);
  });

  test("is shared by concurrent requests", async () => {
    site.clock.now += 6_000;
    const sessions = await Promise.all(Array.from({ length: 20 }, () => auth()));
    expect(sessions.every((session) => session?.user.id === "person-1")).toBe(true);
    expect(hub.checks).toHaveLength(1);
  });

  test("is requested with the user's activity at most once a minute", async () => {
    for (let second = 0; second < 180; second += 10) {
      site.clock.now += 10_000;
      await auth(navigation);
    }
    expect(hub.checks.filter(({ active }) => active)).toHaveLength(3);
    expect(hub.checks).toHaveLength(18);
  });

  test("is requested without activity for prefetches, polling and the session address", async () => {
    for (const headers of [{ ...navigation, "sec-purpose": "prefetch" }, background]) {
      site.clock.now += 61_000;
      await auth(headers);
    }
    site.clock.now += 61_000;
    await browser.get("/api/auth/session", navigation);
    expect(hub.checks.map(({ active }) => active)).toEqual([false, false, false]);
  });

  test("a page that came through the proxy is activity, an API route is not", async () => {
    site.clock.now += 61_000;
    await auth({ ...background, "x-gatehouse-path": "/api/stock" });
    site.clock.now += 61_000;
    await auth({ ...background, "x-gatehouse-path": "/cart" });
    expect(hub.checks.map(({ active }) => active)).toEqual([false, true]);
  });

  test("is requested with the request id, if that is safe", async () => {
    site.clock.now += 6_000;
    await auth({ ...background, "x-request-id": "0b1c2d3e-request" });
    site.clock.now += 6_000;
    await auth({ ...background, "x-request-id": "no id, {at all}" });
    expect(hub.checks[0]?.requestId).toBe("0b1c2d3e-request");
    expect(hub.checks[1]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("an ended session", () => {
  test.each(["idle", "ended-elsewhere", "password-changed", "signed-out"])(
    "%s: gives the reason",
    async (reason) => {
      hub.end(lastSessionIndex(hub), reason);
      site.clock.now += 6_000;
      expect(await auth()).toBeNull();
      expect((await site.whySignedOut(browser.request("/")))?.reason).toBe(reason);
    },
  );

  test("idle: names the timeout that the hub sends", async () => {
    hub.end(lastSessionIndex(hub), "idle");
    site.clock.now += 6_000;
    const { sentence } = (await site.whySignedOut(browser.request("/"))) ?? {};
    expect(sentence).toBe("You were signed out after 30 minutes without activity.");
  });

  test.each(["1800", -1, 0, null, {}])("idle: %j is not a time, and is not shown", async (idleSeconds) => {
    hub.checkAnswer = { status: 200, body: JSON.stringify({ active: false, reason: "idle", idleSeconds }) };
    site.clock.now += 6_000;
    const { sentence } = (await site.whySignedOut(browser.request("/"))) ?? {};
    expect(sentence).toBe("You were signed out after some time without activity.");
  });

  test("a reason of a newer hub is unknown", async () => {
    hub.end(lastSessionIndex(hub), "eaten-by-a-bear");
    site.clock.now += 6_000;
    expect((await site.whySignedOut(browser.request("/")))?.reason).toBe("unknown");
  });

  test("stays ended without asking again", async () => {
    hub.end(lastSessionIndex(hub), "idle");
    site.clock.now += 6_000;
    await auth();
    site.clock.now += 60_000;
    await auth();
    expect(hub.checks).toHaveLength(1);
  });

  test("a visitor without a session gets no reason", async () => {
    expect(await site.whySignedOut(new BrowserInTest(site).request("/"))).toBeNull();
  });
});

describe("a hub that does not answer", () => {
  test("ends no session for a minute", async () => {
    hub.down = true;
    site.clock.now += 59_000;
    expect((await auth())?.user.id).toBe("person-1");
    expect(site.codes()).toEqual(["hub_unreachable"]);
  });

  test("after a minute: no session, but the cookie stays, and the user is signed in when the hub answers again", async () => {
    hub.down = true;
    site.clock.now += 61_000;
    expect(await auth()).toBeNull();
    expect((await site.whySignedOut(browser.request("/")))?.reason).toBe("hub-unavailable");
    const waiting = await browser.get("/api/auth/unavailable?returnTo=/cart");
    expect(waiting.status).toBe(503);
    expect(waiting.headers.get("retry-after")).toBe("10");
    hub.down = false;
    site.clock.now += 3_000;
    const back = await browser.get("/api/auth/unavailable?returnTo=/cart");
    expect(back.headers.get("location")).toBe(`${siteUrl}/cart`);
    expect((await auth())?.user.id).toBe("person-1");
  });

  test("is not asked again for two seconds, so that pages do not queue", async () => {
    hub.checkAnswer = { status: 503, body: "" };
    site.clock.now += 61_000;
    await auth();
    await auth();
    expect(hub.checks).toHaveLength(1);
    site.clock.now += 2_100;
    await auth();
    expect(hub.checks).toHaveLength(2);
  });

  test("is one log line per visit, with the reference that the user sees", async () => {
    hub.down = true;
    site.clock.now += 61_000;
    await site.recognise(browser.request("/cart"));
    const page = await browser.get("/api/auth/unavailable?returnTo=/cart");
    expect(site.codes()).toEqual(["hub_unreachable"]);
    expect(await page.text()).toContain(site.log[0]?.reference);
    await auth();
    expect(site.log).toHaveLength(1);
  });

  test("is one log line per process, shared by its bundles", async () => {
    const shared = {};
    const bundles = [1, 2].map(() => siteInTest(hub, {}, "shop", {}, shared));
    hub.down = true;
    for (const bundle of bundles) {
      bundle.clock.now += 61_000;
      expect(await bundle.auth(browser.request("/cart"))).toBeNull();
    }
    expect(bundles.flatMap((bundle) => bundle.codes())).toEqual(["hub_unreachable"]);
  });

  test("is logged once in ten seconds, not once per request", async () => {
    hub.down = true;
    for (let i = 0; i < 9; i++) {
      site.clock.now += 6_000;
      await auth();
    }
    expect(site.log).toHaveLength(5);
  });
});

describe("answers that do not count", () => {
  test.each([
    ["wrong secret", { status: 401, body: '{"error":"invalid_site"}' }, "site_rejected"],
    ["a page", { status: 200, body: "<!doctype html>" }, "hub_answer"],
    ["active as text", { status: 200, body: '{"active":"true"}' }, "hub_answer"],
    ["null", { status: 200, body: "null" }, "hub_answer"],
    ["a redirect", { status: 302, body: "" }, "hub_answer"],
    ["400", { status: 400, body: '{"error":"invalid_request"}' }, "hub_answer"],
  ])("%s: no session, not even within the minute", async (_name, answer, code) => {
    hub.checkAnswer = answer;
    site.clock.now += 6_000;
    expect(await auth()).toBeNull();
    expect(site.codes()).toEqual([code]);
  });

  test("a difference between the clocks is logged", async () => {
    hub.checkAnswer = { status: 200, body: '{"active":true}', date: "Sat, 21 Nov 2020 05:00:00 GMT" };
    site.clock.now += 6_000;
    expect(await auth()).not.toBeNull();
    expect(site.log.map(({ code, level }) => [code, level])).toEqual([["clock_skew", "warn"]]);
  });
});

describe("cookies that are not a session", () => {
  test.each([
    ["rubbish", () => "rubbish"],
    ["a state cookie's value", (state: string) => state],
    ["half a cookie", (_state: string, session: string) => session.slice(0, -20)],
  ])("%s", async (_name, make) => {
    await browser.get("/api/auth/sign-in");
    const state = [...browser.cookies].find(([name]) => name.includes(".state-"))?.[1] ?? "";
    const session = browser.cookies.get("gatehouse-shop.session") ?? "";
    browser.cookies.set("gatehouse-shop.session", make(state, session));
    expect(await auth()).toBeNull();
    expect(hub.checks).toHaveLength(0);
  });

  test("a session of another site with the same secret", async () => {
    const bank = siteInTest(hub, {}, "bank");
    const session = browser.cookies.get("gatehouse-shop.session") ?? "";
    const visitor = new BrowserInTest(bank);
    visitor.cookies.set("gatehouse-bank.session", session);
    expect(await bank.auth(visitor.request("/"))).toBeNull();
  });

  test("a session sent as a bearer token", async () => {
    const session = browser.cookies.get("gatehouse-shop.session") ?? "";
    const stranger = new BrowserInTest(site);
    expect(await site.auth(stranger.request("/", { authorization: `Bearer ${session}` }))).toBeNull();
  });
});
