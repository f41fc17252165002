import "./next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HubInTest } from "./hub-in-test.ts";
import {
  BrowserInTest,
  lastSessionIndex,
  location,
  navigation,
  serviceOf,
  siteInTest,
  siteUrl,
} from "./site-in-test.ts";

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

const arrive = (path: string, headers?: Record<string, string>) =>
  site.recognise(browser.request(path, headers));

/** Past the hub, which knows nobody, and back to the page. */
async function comeBackUnknown(path: string): Promise<string> {
  const asked = await browser.get(location(await arrive(path)));
  return location(await browser.get(serviceOf(location(asked)).href));
}

describe("a newcomer", () => {
  test("is sent past the hub, which shows nothing", async () => {
    const reply = await arrive("/tea?size=2");
    expect(location(reply)).toBe(`${siteUrl}/api/auth/recognise?returnTo=%2Ftea%3Fsize%3D2`);
    const asked = new URL(location(await browser.get(location(reply))));
    expect(asked.pathname).toBe("/cas/login");
    expect(asked.searchParams.get("gateway")).toBe("true");
  });

  test("who is signed in elsewhere is known on the page she came for", async () => {
    const asked = await browser.get(location(await arrive("/tea")));
    const reply = await browser.get(hub.signIn(location(asked)));
    expect(location(reply)).toBe(`${siteUrl}/tea`);
    expect((await site.auth(browser.request("/tea")))?.user.username).toBe("alice");
    expect([...browser.cookies.keys()]).toEqual(["gatehouse-shop.session"]);
  });

  test("whom the hub does not know is asked once a visit", async () => {
    expect(await comeBackUnknown("/tea?size=2")).toBe(`${siteUrl}/tea?size=2`);
    expect([...browser.cookies.keys()]).toEqual(["gatehouse-shop.asked"]);
    expect(location(await arrive("/tea"))).toBe("");
    expect(await site.auth(browser.request("/tea"))).toBeNull();
  });

  test("who turned back half-way is not sent again", async () => {
    await browser.get(location(await arrive("/tea")));
    site.clock.now += 10_000;
    expect(location(await arrive("/tea"))).toBe("");
  });

  test("with several tabs at once is recognised in each", async () => {
    await browser.get(location(await arrive("/tea")));
    site.clock.now += 2_000;
    const second = await browser.get(location(await arrive("/cups")));
    expect(location(await browser.get(hub.signIn(location(second))))).toBe(`${siteUrl}/cups`);
    expect((await site.auth(browser.request("/cups")))?.user.username).toBe("alice");
  });

  test("with a tab after another is not sent for ever: the time counts from the first", async () => {
    await browser.get(location(await arrive("/tea")));
    site.clock.now += 2_000;
    await browser.get(location(await arrive("/cups")));
    site.clock.now += 8_000;
    expect(location(await arrive("/pots"))).toBe("");
  });

  test("whose browser keeps no cookies is not sent round in circles", async () => {
    browser.keepsCookies = false;
    const landing = await comeBackUnknown("/tea?size=2");
    expect(landing).toBe(`${siteUrl}/tea?size=2&gatehouse=asked`);
    expect(location(await arrive(landing))).toBe("");
  });

  test("whose browser keeps no cookies, but who is signed in elsewhere, sees the page and no error", async () => {
    browser.keepsCookies = false;
    const asked = await browser.get(location(await arrive("/tea")));
    const reply = await browser.get(hub.signIn(location(asked)));
    expect(location(reply)).toBe(`${siteUrl}/tea?gatehouse=asked`);
    expect(hub.validations).toEqual([]);
  });

  test("gets the page itself while the hub is down, and is asked once it is back", async () => {
    hub.down = true;
    expect(location(await arrive("/tea"))).toBe("");
    expect([...browser.cookies.keys()]).toEqual([]);
    hub.down = false;
    site.clock.now += 5_000;
    expect(location(await arrive("/tea"))).toContain("/api/auth/recognise");
  });

  test("is not held up by a hub that fails half-way", async () => {
    const asked = await browser.get(location(await arrive("/tea")));
    hub.down = true;
    expect(location(await browser.get(hub.signIn(location(asked))))).toBe(`${siteUrl}/tea`);
    expect(site.log.map(({ code, level }) => [code, level])).toContainEqual(["hub-unreachable", "warn"]);
  });
});

describe("is left alone:", () => {
  test.each([
    ["a form", navigation, "POST"],
    ["a link checker", navigation, "HEAD"],
    ["a script's fetch", { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }, "GET"],
    ["a frame", { "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }, "GET"],
    ["a prefetch", { ...navigation, "sec-purpose": "prefetch;prerender" }, "GET"],
    ["a crawler", { "user-agent": "Googlebot/2.1" }, "GET"],
  ])("%s", async (_name, headers, method) => {
    const reply = await site.recognise(browser.request("/tea", headers, { method }));
    expect(location(reply)).toBe("");
    expect(reply.headers.get("x-middleware-next")).toBe("1");
  });

  test("our own routes", async () => {
    expect(location(await arrive("/api/auth/session"))).toBe("");
  });

  test("a signed-in person, also while the hub is silent", async () => {
    await browser.signIn(hub);
    expect(location(await arrive("/tea"))).toBe("");
    hub.down = true;
    site.clock.now += 120_000;
    expect(location(await arrive("/tea"))).toBe("");
  });
});

describe("a session that is over", () => {
  test("is asked about once more, and the reason is still there afterwards", async () => {
    await browser.signIn(hub);
    hub.end(lastSessionIndex(hub), "idle");
    site.clock.now += 6_000;
    expect(await comeBackUnknown("/basket")).toBe(`${siteUrl}/basket`);
    expect(await site.whySignedOut(browser.request("/basket"))).toBe("idle");
    expect(location(await arrive("/basket"))).toBe("");
  });
});

describe("what a page is told", () => {
  test("is the path it was asked by, not what the browser says it is", async () => {
    const headers = { "x-gatehouse-path": "/evil", "x-request-id": "{}" };
    const reply = await arrive("/tea?size=2&_rsc=1abc", headers);
    expect(reply.headers.get("x-middleware-request-x-gatehouse-path")).toBe("/tea?size=2");
    expect(reply.headers.get("x-middleware-request-x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("comes through even when the settings are wrong", async () => {
    const wrong = siteInTest(hub, { SITE_SECRET: "short" });
    const reply = await wrong.recognise(browser.request("/tea"));
    expect(reply.headers.get("x-middleware-next")).toBe("1");
    expect(wrong.codes()).toEqual(["secret-too-short"]);
  });
});
