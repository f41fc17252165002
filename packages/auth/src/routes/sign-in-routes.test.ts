/** Sign-ins that a browser, a hub or another site steers off the usual way. */
import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HubInTest } from "../test-support/hub-in-test.ts";
import {
  BrowserInTest,
  location,
  navigation,
  serviceOf,
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
});
afterEach(() => hub.stop());

const factor = "urn:gatehouse:acr:factor";
const elsewhere = {
  ...navigation,
  "sec-fetch-site": "same-origin",
  referer: "https://www.shop.example/cart",
};

describe("a recognition", () => {
  test("demands no age and no strength: only a sign-in can ask the user for them", async () => {
    const asked = location(
      await browser.get(`/api/auth/recognise?returnTo=/tea&maxAge=300&acr=${factor}&reason=idle`),
    );
    expect(Object.fromEntries(new URL(asked).searchParams)).toEqual({
      service: expect.any(String),
      gateway: "true",
      reason: "idle",
    });
    expect([...serviceOf(asked).searchParams.keys()].toSorted()).toEqual([
      "flow",
      "purpose",
      "returnTo",
      "state",
    ]);
  });

  test("of nobody returns without the flow's cookie", async () => {
    const asked = location(await browser.get("/api/auth/recognise?returnTo=/tea"));
    const reply = await browser.get(serviceOf(asked).href);
    expect([reply.status, location(reply)]).toEqual([303, `${siteUrl}/tea`]);
    expect(browser.cookies.keys()).toEqual(["gatehouse-shop.asked"]);
    expect(site.log).toEqual([]);
  });

  test("that this browser did not start is only logged, and the page is shown", async () => {
    const foreign = location(await new BrowserInTest(site).get("/api/auth/recognise?returnTo=/tea"));
    expect(location(await browser.get(hub.signIn(foreign)))).toBe(`${siteUrl}/tea?gatehouse=asked`);
    expect(site.log).toMatchObject([{ code: "state_mismatch", level: "warn" }]);
    expect(hub.validations).toEqual([]);
  });
});

describe("a sign-in", () => {
  test("without a reason names none to the hub", async () => {
    const asked = new URL(location(await browser.get("/api/auth/sign-in?returnTo=/cart")));
    expect([...asked.searchParams.keys()]).toEqual(["service"]);
    expect(browser.cookies.has("gatehouse-shop.asked")).toBe(false);
  });

  test("to which the hub returns without a ticket gets an error page", async () => {
    const asked = location(await browser.get("/api/auth/sign-in?returnTo=/cart"));
    const reply = await browser.get(serviceOf(asked).href);
    expect([reply.status, site.codes()]).toEqual([400, ["no_ticket"]]);
    expect(await site.auth(browser.request("/cart"))).toBeNull();
  });

  test("of another user is started again with the same demands", async () => {
    const attacker = new BrowserInTest(site);
    const stolen = location(await attacker.get(`/api/auth/sign-in?returnTo=/cart&maxAge=300&acr=${factor}`));
    const again = location(await browser.get(hub.signIn(stolen)));
    expect(Object.fromEntries(serviceOf(again).searchParams)).toMatchObject({
      returnTo: "/cart",
      attempt: "2",
      maxAge: "300",
      acr: factor,
    });
    expect(new URL(again).searchParams.get("reason")).toBeNull();
  });

  test("replaces the pieces of a session that an earlier version of the package left", async () => {
    browser.cookies.set("gatehouse-shop.session.0", "piece");
    await browser.signIn(hub);
    expect(browser.cookies.keys().toSorted()).toEqual(["gatehouse-shop.asked", "gatehouse-shop.session"]);
  });
});

describe("a browser at another address than SITE_URL", () => {
  test("whose session was not kept: the log names both addresses", async () => {
    await browser.signIn(hub);
    browser.cookies.delete("gatehouse-shop.session");
    await browser.get("/api/auth/sign-in?returnTo=/cart", elsewhere);
    expect(site.codes()).toEqual(["site_url_other_name", "session_not_kept"]);
    expect(site.log[1]?.message).toMatch(
      /^The browser is at https:\/\/www\.shop\.example, and SITE_URL is http:\/\/shop\.localhost:3001\./,
    );
  });

  test("that keeps no cookies: the log names both, and the error that came first", async () => {
    browser.keepsCookies = false;
    const first = location(await browser.get("/api/auth/sign-in"));
    const second = location(await browser.get(hub.signIn(first)));
    await browser.get(hub.signIn(second), elsewhere);
    expect(site.log.at(-1)).toMatchObject({
      code: "cookies_refused",
      message: expect.stringContaining("The browser is at https://www.shop.example"),
      cause: "GatehouseAuthError state_mismatch",
    });
  });
});

describe("a session that cannot be checked", () => {
  beforeEach(async () => {
    await browser.signIn(hub);
    hub.checkAnswer = { status: 401, body: '{"error":"invalid_site"}' };
    site.clock.now += 6_000;
  });

  test("because of the site's secret, gets an error page in place of a page to wait", async () => {
    const reply = await browser.get("/api/auth/unavailable?returnTo=/cart");
    expect([reply.status, site.codes()]).toEqual([500, ["site_rejected"]]);
    expect(await reply.text()).toContain(
      `Reference ${site.log[0]?.reference} · Code <code>site_rejected</code>`,
    );
  });

  test("because the hub is down, gets a page to wait, which reloads itself", async () => {
    hub.down = true;
    site.clock.now += 61_000;
    const page = await (await browser.get("/api/auth/unavailable?returnTo=/cart")).text();
    expect(page).toContain("<h1>We cannot check your sign-in right now</h1>");
    expect(page).toContain('href="/api/auth/unavailable?returnTo=%2Fcart"');
  });

  test("does not stop another sign-in, which logs what it meets itself", async () => {
    expect(location(await browser.get("/api/auth/sign-in?returnTo=/cart"))).toContain("/cas/login");
    expect(site.log).toEqual([]);
  });
});
