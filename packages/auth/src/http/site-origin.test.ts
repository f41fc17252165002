import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HubInTest } from "../test-support/hub-in-test.ts";
import { BrowserInTest, click, location, navigation, siteInTest } from "../test-support/site-in-test.ts";

let hub: HubInTest;
let site: ReturnType<typeof siteInTest>;
let browser: BrowserInTest;

beforeEach(async () => {
  hub = new HubInTest();
  await hub.start();
  site = siteInTest(hub, { SITE_URL: "https://shop.example" });
  browser = new BrowserInTest(site);
});
afterEach(() => hub.stop());

const signIn = (headers: Record<string, string>) => browser.get("/api/auth/sign-in?returnTo=/cart", headers);

describe("a site at another address than SITE_URL", () => {
  test("is logged once, by the origin that the browser reports", async () => {
    const referer = "https://www.shop.example/cart";
    for (const _ of [1, 2]) expect(location(await signIn({ ...click, referer }))).toContain("/cas/login");
    expect(site.log.map(({ code, level }) => [code, level])).toEqual([["site_url_other_name", "warn"]]);
    expect(site.log[0]?.message).toContain(
      "The browser is at https://www.shop.example, and SITE_URL is https://shop.example.",
    );
  });

  test.each<[string, Record<string, string>]>([
    ["the same address", { ...click, referer: "https://shop.example/cart" }],
    [
      "a link on another site",
      { ...navigation, "sec-fetch-site": "cross-site", referer: "https://evil.example/" },
    ],
    ["no word of where it comes from", navigation],
    [
      "what a proxy or Next.js says of the connection",
      { ...navigation, "x-forwarded-host": "10.0.0.7:3001", "x-forwarded-proto": "http" },
    ],
    ["rubbish", { ...click, referer: "about:blank" }],
  ])("is not logged for %s", async (_, headers) => {
    expect(location(await signIn(headers))).toContain("/cas/login");
    expect(site.log).toEqual([]);
  });

  test("is named if cookies are not kept, by the forwarding headers", async () => {
    const plain = {
      ...navigation,
      "x-forwarded-proto": "http",
      "x-forwarded-host": "shop.example, 10.0.0.7",
    };
    browser.keepsCookies = false;
    const first = location(await signIn(plain));
    const second = location(await browser.get(hub.signIn(first), plain));
    const reply = await browser.get(hub.signIn(second), plain);
    expect(await reply.text()).toContain(
      "The request was for http://shop.example, and SITE_URL is https://shop.example",
    );
    expect(site.codes()).toEqual(["state_mismatch", "cookies_refused"]);
  });
});

describe("a site behind a proxy that speaks https for it", () => {
  test("signs in, recognises and signs out with Secure cookies", async () => {
    const behind = { ...navigation, "x-forwarded-proto": "https", "x-forwarded-host": "shop.example" };
    expect(location(await browser.open("/tea", behind))).toMatch(
      /^https:\/\/shop\.example\/api\/auth\/recognise/,
    );
    const back = await browser.get(hub.signIn(location(await signIn(behind))), behind);
    expect(location(back)).toBe("https://shop.example/cart");
    expect(browser.cookies.keys().toSorted()).toEqual([
      "__Host-gatehouse-shop.asked",
      "__Host-gatehouse-shop.session",
    ]);
    expect((await site.auth(browser.request("/cart")))?.user.username).toBe("alice");
    const out = { origin: "https://shop.example", "sec-fetch-site": "same-origin" };
    expect(location(await browser.post(site.signOutUrl, out))).toContain("/cas/logout");
    expect(await site.auth(browser.request("/cart"))).toBeNull();
    expect(site.log).toEqual([]);
  });
});
