import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HubInTest } from "../test-support/hub-in-test.ts";
import { OidcHubInTest } from "../test-support/oidc-hub-in-test.ts";
import { BrowserInTest, location, siteInTest, siteUrl } from "../test-support/site-in-test.ts";

const groups = (count: number) => Array.from({ length: count }, (_, index) => `Department ${index} / Süd`);
const cookie = "gatehouse-shop.session";

describe.each([
  ["cas", HubInTest],
  ["oidc", OidcHubInTest],
] as const)("the session cookie by %s", (protocol, Hub) => {
  let hub: InstanceType<typeof Hub>;
  let site: ReturnType<typeof siteInTest>;
  let browser: BrowserInTest;

  beforeEach(async () => {
    hub = new Hub();
    await hub.start();
    site = siteInTest(hub, {}, "shop", { protocol });
    browser = new BrowserInTest(site);
  });
  afterEach(() => hub.stop());

  const signInWith = (count: number, who = browser) => {
    hub.person = { ...hub.person, groups: groups(count) };
    return who.signIn(hub);
  };
  const known = async (who = browser) => (await site.auth(who.request("/cart")))?.user.groups;

  test("is replaced by one of any size: from 0 to 2000 groups and back", async () => {
    for (const count of [0, 1, 40, 2_000, 41, 500, 0, 2_000, 2_000, 3, 0]) {
      expect(location(await signInWith(count))).toBe(`${siteUrl}/cart`);
      expect(await known()).toEqual(groups(count));
      expect(browser.cookies.keys().toSorted()).toEqual(["gatehouse-shop.asked", cookie]);
    }
  });

  test("does not grow further once the groups come from the hub", async () => {
    await signInWith(2_000);
    expect(browser.cookies.header().length).toBeLessThan(1_000);
  });

  test("with six pending sign-ins leaves a quarter of a header line to the site", async () => {
    hub.person = { ...hub.person, groups: Array.from({ length: 150 }, (_, index) => `group-${index}`) };
    await browser.signIn(hub);
    expect(browser.cookies.get(cookie)?.length).toBeGreaterThan(2_500);
    for (let tab = 0; tab < 8; tab++) await browser.get("/api/auth/sign-in?returnTo=/cart");
    expect(browser.cookies.size).toBe(2 + 6);
    expect(browser.cookies.header().length).toBeLessThan(6_000);
  });

  test.each([
    ["pieces of one session", ["0", "1", "2"], []],
    ["pieces of two sessions", ["0", "1"], ["3"]],
    ["pieces without a beginning", ["1", "2"], []],
  ])("is read beside %s of an earlier version, and a sign-in removes them", async (_, first, second) => {
    await signInWith(1);
    const leaveBehind = () => {
      for (const piece of first) browser.cookies.set(`${cookie}.${piece}`, "a".repeat(3_000 / first.length));
      for (const piece of second) browser.cookies.set(`${cookie}.${piece}`, "b".repeat(500));
    };
    leaveBehind();
    expect(await known()).toEqual(groups(1));
    expect(location(await signInWith(2_000))).toBe(`${siteUrl}/cart`);
    expect(await known()).toEqual(groups(2_000));
    expect(browser.cookies.keys().toSorted()).toEqual(["gatehouse-shop.asked", cookie]);
    leaveBehind();
    await browser.post(site.signOutUrl, { origin: siteUrl });
    expect(browser.cookies.keys().filter((name) => name.startsWith(cookie))).toEqual([]);
  });

  test("pieces alone are no session and cause no redirect loop", async () => {
    browser.cookies.set(`${cookie}.0`, "a".repeat(3_000));
    browser.cookies.set(`${cookie}.1`, "a".repeat(3_000));
    expect(await known()).toBeUndefined();
    await signInWith(3);
    expect(await known()).toEqual(groups(3));
  });

  test("groups from the hub are requested once a minute, independent of other checks", async () => {
    await signInWith(2_000);
    const before = hub.checks.length;
    for (let second = 0; second < 120; second += 6) {
      site.clock.now += 6_000;
      expect(await known()).toHaveLength(2_000);
    }
    expect(hub.checks.slice(before).filter(({ groups }) => groups)).toHaveLength(2);
  });

  test("changed groups take effect within a minute", async () => {
    await signInWith(2_000);
    hub.person = { ...hub.person, groups: ["staff"] };
    site.clock.now += 60_000;
    expect(await known()).toEqual(["staff"]);
  });

  test("groups from the hub stay for a minute while it does not answer", async () => {
    await signInWith(2_000);
    hub.down = true;
    site.clock.now += 59_000;
    expect(await known()).toHaveLength(2_000);
    site.clock.now += 2_000;
    expect(await known()).toBeUndefined();
  });

  test("groups that exceed a cookie and that the hub does not send: the sign-in shows an error", async () => {
    hub.givesGroups = false;
    const reply = await signInWith(2_000);
    expect(reply.status).toBe(500);
    expect(await reply.text()).toContain("You are in too many groups for this site");
    expect(site.codes()).toEqual(["groups_too_many"]);
    expect(await known()).toBeUndefined();
  });

  test.each([undefined, "staff", ["staff", 7], { staff: true }])(
    "groups that the hub no longer sends (%j) are dropped",
    async (given) => {
      await signInWith(2_000);
      hub.person = { ...hub.person, groups: given };
      site.clock.now += 60_000;
      expect(await known()).toEqual([]);
    },
  );
});

describe("a session cookie that is not kept", () => {
  let hub: HubInTest;
  let site: ReturnType<typeof siteInTest>;
  let browser: BrowserInTest;

  beforeEach(async () => {
    hub = new HubInTest();
    await hub.start();
    site = siteInTest(hub);
    browser = new BrowserInTest(site);
    await browser.signIn(hub);
  });
  afterEach(() => hub.stop());

  test.each([
    ["was not kept", () => browser.cookies.delete(cookie)],
    [
      "was sealed by another process's secret",
      () => browser.cookies.set(cookie, "eyJhbGciOiJkaXIifQ..a.b.c"),
    ],
  ])("because it %s gets an error page, not a redirect loop", async (_, lose) => {
    lose();
    const reply = await browser.get("/api/auth/sign-in?returnTo=/cart");
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain("Your browser did not keep the sign-in");
    expect(site.codes()).toEqual(["session_not_kept"]);
    // The page itself is shown, because recognition would loop too.
    expect(location(await browser.open("/cart"))).toBe("");
    site.clock.now += 10_000;
    expect(location(await browser.get("/api/auth/sign-in?returnTo=/cart"))).toContain("/cas/login");
  });

  test("is not confused with an ended session: signing in again works", async () => {
    await browser.post(site.signOutUrl, { origin: siteUrl });
    expect(location(await browser.get("/api/auth/sign-in?returnTo=/cart"))).toContain("/cas/login");
  });

  test("is not confused with a present one: another sign-in in a second tab works", async () => {
    expect(location(await browser.get("/api/auth/sign-in?returnTo=/cups"))).toContain("/cas/login");
  });
});
