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

describe("the hub's word on a session", () => {
  test("counts for five seconds", async () => {
    await auth();
    site.clock.now += 4_900;
    await auth();
    expect(hub.checks).toHaveLength(0); // the sign-in asked already
    site.clock.now += 200;
    await auth();
    expect(hub.checks).toHaveLength(1);
  });

  test("is asked for once by many at a time", async () => {
    site.clock.now += 6_000;
    const sessions = await Promise.all(Array.from({ length: 20 }, () => auth()));
    expect(sessions.every((session) => session?.user.id === "person-1")).toBe(true);
    expect(hub.checks).toHaveLength(1);
  });

  test("hears of a person's own navigation at most once a minute", async () => {
    for (let second = 0; second < 180; second += 10) {
      site.clock.now += 10_000;
      await auth(navigation);
    }
    expect(hub.checks.filter(({ active }) => active)).toHaveLength(3);
    expect(hub.checks).toHaveLength(18);
  });

  test("is not asked to count prefetches, polling or the session address", async () => {
    for (const headers of [{ ...navigation, "sec-purpose": "prefetch" }, background]) {
      site.clock.now += 61_000;
      await auth(headers);
    }
    site.clock.now += 61_000;
    await browser.get("/api/auth/session", navigation);
    expect(hub.checks.map(({ active }) => active)).toEqual([false, false, false]);
  });

  test("a page that came through the proxy counts, an API route does not", async () => {
    site.clock.now += 61_000;
    await auth({ ...background, "x-gatehouse-path": "/api/stock" });
    site.clock.now += 61_000;
    await auth({ ...background, "x-gatehouse-path": "/cart" });
    expect(hub.checks.map(({ active }) => active)).toEqual([false, true]);
  });

  test("carries the request's id, but no header of anyone's making", async () => {
    site.clock.now += 6_000;
    await auth({ ...background, "x-request-id": "0b1c2d3e-request" });
    site.clock.now += 6_000;
    await auth({ ...background, "x-request-id": "no id, {at all}" });
    expect(hub.checks[0]?.requestId).toBe("0b1c2d3e-request");
    expect(hub.checks[1]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("an ended session", () => {
  test.each(["idle", "ended-elsewhere", "password-changed", "signed-out"])("%s: says why", async (reason) => {
    hub.end(lastSessionIndex(hub), reason);
    site.clock.now += 6_000;
    expect(await auth()).toBeNull();
    expect((await site.whySignedOut(browser.request("/")))?.reason).toBe(reason);
  });

  test("idle: says after how long, in the hub's own figure", async () => {
    hub.end(lastSessionIndex(hub), "idle");
    site.clock.now += 6_000;
    const { sentence } = (await site.whySignedOut(browser.request("/"))) ?? {};
    expect(sentence).toBe("You were signed out after 30 minutes without activity.");
  });

  test.each(["1800", -1, 0, null, {}])("idle: %j is no time, and none is said", async (idleSeconds) => {
    hub.checkAnswer = { status: 200, body: JSON.stringify({ active: false, reason: "idle", idleSeconds }) };
    site.clock.now += 6_000;
    const { sentence } = (await site.whySignedOut(browser.request("/"))) ?? {};
    expect(sentence).toBe("You were signed out after some time without activity.");
  });

  test("a reason that is new to us is unknown", async () => {
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

  test("who was never signed in has no reason", async () => {
    expect(await site.whySignedOut(new BrowserInTest(site).request("/"))).toBeNull();
  });
});

describe("a hub that is silent", () => {
  test("signs nobody out for a minute", async () => {
    hub.down = true;
    site.clock.now += 59_000;
    expect((await auth())?.user.id).toBe("person-1");
    expect(site.codes()).toEqual(["hub_unreachable"]);
  });

  test("then nobody is signed in, the cookie stays, and the hub's return brings the person back", async () => {
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

  test("is left alone for two seconds, so that pages do not queue", async () => {
    hub.checkAnswer = { status: 503, body: "" };
    site.clock.now += 61_000;
    await auth();
    await auth();
    expect(hub.checks).toHaveLength(1);
    site.clock.now += 2_100;
    await auth();
    expect(hub.checks).toHaveLength(2);
  });

  test("is one line for a visit, with the reference that the person sees", async () => {
    hub.down = true;
    site.clock.now += 61_000;
    await site.recognise(browser.request("/cart"));
    const page = await browser.get("/api/auth/unavailable?returnTo=/cart");
    expect(site.codes()).toEqual(["hub_unreachable"]);
    expect(await page.text()).toContain(site.log[0]?.reference);
    await auth();
    expect(site.log).toHaveLength(1);
  });

  test("is one line of a process, whichever of its bundles notices", async () => {
    const shared = {};
    const bundles = [1, 2].map(() => siteInTest(hub, {}, "shop", {}, shared));
    hub.down = true;
    for (const bundle of bundles) {
      bundle.clock.now += 61_000;
      expect(await bundle.auth(browser.request("/cart"))).toBeNull();
    }
    expect(bundles.flatMap((bundle) => bundle.codes())).toEqual(["hub_unreachable"]);
  });

  test("is written down once in ten seconds, not once a request", async () => {
    hub.down = true;
    for (let i = 0; i < 9; i++) {
      site.clock.now += 6_000;
      await auth();
    }
    expect(site.log).toHaveLength(5);
  });
});

describe("answers that count for nothing", () => {
  test.each([
    ["wrong secret", { status: 401, body: '{"error":"invalid_site"}' }, "site_rejected"],
    ["a page", { status: 200, body: "<!doctype html>" }, "hub_answer"],
    ["active as text", { status: 200, body: '{"active":"true"}' }, "hub_answer"],
    ["null", { status: 200, body: "null" }, "hub_answer"],
    ["a redirect", { status: 302, body: "" }, "hub_answer"],
    ["400", { status: 400, body: '{"error":"invalid_request"}' }, "hub_answer"],
  ])("%s: nobody is signed in, not even within the minute", async (_name, answer, code) => {
    hub.checkAnswer = answer;
    site.clock.now += 6_000;
    expect(await auth()).toBeNull();
    expect(site.codes()).toEqual([code]);
  });

  test("clocks that differ are told", async () => {
    hub.checkAnswer = { status: 200, body: '{"active":true}', date: "Sat, 21 Nov 2020 05:00:00 GMT" };
    site.clock.now += 6_000;
    expect(await auth()).not.toBeNull();
    expect(site.log.map(({ code, level }) => [code, level])).toEqual([["clock_skew", "warn"]]);
  });
});

describe("cookies that are no session", () => {
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

  test("another site's session, even under the same secret", async () => {
    const bank = siteInTest(hub, {}, "bank");
    const session = browser.cookies.get("gatehouse-shop.session") ?? "";
    const visitor = new BrowserInTest(bank);
    visitor.cookies.set("gatehouse-bank.session", session);
    expect(await bank.auth(visitor.request("/"))).toBeNull();
  });

  test("a session offered as a bearer token", async () => {
    const session = browser.cookies.get("gatehouse-shop.session") ?? "";
    const stranger = new BrowserInTest(site);
    expect(await site.auth(stranger.request("/", { authorization: `Bearer ${session}` }))).toBeNull();
  });
});
