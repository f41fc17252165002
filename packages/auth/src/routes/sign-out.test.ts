import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HubInTest } from "../test-support/hub-in-test.ts";
import {
  BrowserInTest,
  lastSessionIndex,
  location,
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
});
afterEach(() => hub.stop());

const form = "application/x-www-form-urlencoded";

function logoutRequest(sessionIndex: string): URLSearchParams {
  return new URLSearchParams({
    logoutRequest: `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="LR-1" Version="2.0" IssueInstant="2026-11-21T05:00:00Z"><saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">@NOT_USED@</saml:NameID><samlp:SessionIndex>${sessionIndex}</samlp:SessionIndex></samlp:LogoutRequest>`,
  });
}

describe("signing out", () => {
  test("ends the site session and redirects to the hub", async () => {
    const kept = new Map(browser.cookies);
    const reply = await browser.post(site.signOutUrl, { origin: siteUrl, "sec-fetch-site": "same-origin" });
    expect(reply.status).toBe(303);
    const hubLogout = new URL(location(reply));
    expect(hubLogout.origin + hubLogout.pathname).toBe(`${hub.url}/cas/logout`);
    expect(hubLogout.searchParams.get("service")).toBe(`${siteUrl}/`);
    expect(browser.cookies.keys().toSorted()).toEqual(["gatehouse-shop.asked", "gatehouse-shop.signed-out"]);
    const copy = new BrowserInTest(site);
    for (const [name, value] of kept) copy.cookies.set(name, value);
    expect(await site.auth(copy.request("/"))).toBeNull();
  });

  test.each([
    ["another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["a neighbour", { origin: "http://bank.localhost:3002", "sec-fetch-site": "same-site" }],
    ["a sandboxed frame", { origin: "null", "sec-fetch-site": "cross-site" }],
    ["nobody in particular", { origin: "null" }],
    ["a program", {}],
    ["a liar", { origin: siteUrl, "sec-fetch-site": "cross-site" }],
    ["the server's own host", { origin: "http://localhost:4711" }],
  ])("is refused to %s", async (_name, headers) => {
    const reply = await browser.post(site.signOutUrl, headers);
    expect(reply.status).toBe(403);
    expect(site.codes()).toEqual(["request_refused"]);
    expect(await site.auth(browser.request("/"))).not.toBeNull();
  });

  test("is confirmed on one page, within a minute, and not to the next user", async () => {
    const reply = await browser.post(site.signOutUrl, { origin: siteUrl, "sec-fetch-site": "same-origin" });
    const note = reply.headers.getSetCookie().find((cookie) => cookie.includes(".signed-out="));
    expect(note).toMatch(/; HttpOnly; SameSite=Lax; Max-Age=60$/);
    const landing = browser.request("/");
    await browser.open("/");
    expect(await site.whySignedOut(landing)).toEqual({ reason: "signed-out", sentence: "You signed out." });
    expect(await site.whySignedOut(browser.request("/"))).toBeNull();
  });

  test("is not confirmed after the next sign-in", async () => {
    await browser.post(site.signOutUrl, { origin: siteUrl, "sec-fetch-site": "same-origin" });
    await browser.signIn(hub);
    expect(await site.whySignedOut(browser.request("/"))).toBeNull();
    expect(browser.cookies.has("gatehouse-shop.signed-out")).toBe(false);
  });

  test("is accepted from a page without referrer: Origin: null beside same-origin", async () => {
    const reply = await browser.post(site.signOutUrl, { origin: "null", "sec-fetch-site": "same-origin" });
    expect(reply.status).toBe(303);
    expect(await site.auth(browser.request("/"))).toBeNull();
  });

  test("is refused if SITE_URL is another address: the log has both, once", async () => {
    const headers = { origin: "https://www.shop.example", "sec-fetch-site": "same-origin" };
    for (const _ of [1, 2]) expect((await browser.post(site.signOutUrl, headers)).status).toBe(403);
    expect(site.codes()).toEqual(["site_url_other_name", "request_refused", "request_refused"]);
    expect(site.log[0]?.message).toMatch(
      /^The browser is at https:\/\/www\.shop\.example, and SITE_URL is http:\/\/shop\.localhost:3001\. Set SITE_URL/,
    );
  });

  test("elsewhere is shown like a sign-out here", async () => {
    hub.end(lastSessionIndex(hub), "signed-out");
    site.clock.now += 6_000;
    const { sentence } = (await site.whySignedOut(browser.request("/"))) ?? {};
    expect(sentence).toBe("You were signed out here when you signed out elsewhere.");
  });

  test.each(["signed-out", "idle", "replaced"])(
    "elsewhere (%s) is shown by one page only",
    async (reason) => {
      hub.end(lastSessionIndex(hub), reason);
      site.clock.now += 6_000;
      expect(await site.whySignedOut(browser.request("/"))).not.toBeNull();
      // One page asks several times.
      site.clock.now += 1_000;
      expect(await site.whySignedOut(browser.request("/"))).not.toBeNull();
      site.clock.now += 5_000;
      expect(await site.whySignedOut(browser.request("/"))).toBeNull();
    },
  );

  test.each([
    ["signed-out", null],
    ["ended-elsewhere", null],
    ["replaced", null],
    ["idle", "idle"],
    ["disabled", "disabled"],
  ])("the reason %s, a minute old, is shown as %j", async (reason, told) => {
    const request = logoutRequest(lastSessionIndex(hub));
    await browser.post("/api/auth/logout-request", { "content-type": form }, request);
    hub.end(lastSessionIndex(hub), reason);
    site.clock.now += 61_000;
    expect((await site.whySignedOut(browser.request("/")))?.reason ?? null).toBe(told);
  });

  test("is not shown to a user whose session cannot be checked: the page tells them, and logs it", async () => {
    browser.cookies.set("gatehouse-shop.signed-out", "new");
    hub.down = true;
    site.clock.now += 61_000;
    expect(location(await browser.get("/api/auth/signed-out?returnTo=/cart"))).toBe(`${siteUrl}/cart`);
    expect(site.log).toEqual([]);
  });

  test("refuses GET", async () => {
    expect((await browser.get(site.signOutUrl)).status).toBe(405);
  });
});

describe("the hub's logout request", () => {
  const receive = (body?: BodyInit) =>
    browser.post("/api/auth/logout-request", { "content-type": form }, body);

  test("ends a known session at once, despite a cached answer", async () => {
    expect(await site.auth(browser.request("/"))).not.toBeNull();
    const reply = await receive(logoutRequest(lastSessionIndex(hub)));
    expect(reply.status).toBe(200);
    hub.end(lastSessionIndex(hub), "ended-elsewhere");
    expect(await site.auth(browser.request("/"))).toBeNull();
    expect((await site.whySignedOut(browser.request("/")))?.reason).toBe("ended-elsewhere");
  });

  test("takes precedence over the session check", async () => {
    await receive(logoutRequest(lastSessionIndex(hub)));
    hub.down = true;
    expect(await site.auth(browser.request("/"))).toBeNull();
    expect((await site.whySignedOut(browser.request("/")))?.sentence).toBe("You were signed out.");
    hub.down = false;
    hub.end(lastSessionIndex(hub), "idle");
    site.clock.now += 3_000;
    expect((await site.whySignedOut(browser.request("/")))?.reason).toBe("idle");
  });

  test("for an unknown session gets the same answer and changes nothing", async () => {
    const known = await receive(logoutRequest(lastSessionIndex(hub)));
    const unknown = await receive(logoutRequest("ST-00000000000000000000000000000"));
    expect(unknown.status).toBe(known.status);
    expect(await unknown.text()).toBe(await known.text());
    expect([...unknown.headers]).toEqual([...known.headers]);
    const other = new BrowserInTest(site);
    await other.signIn(hub);
    await receive(logoutRequest("ST-00000000000000000000000000000"));
    expect(await site.auth(other.request("/"))).not.toBeNull();
  });

  test("an endless body is answered", async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull: (stream) => {
        sent += 16_384;
        if (sent > 10_000_000) stream.error(new Error("read on and on"));
        else stream.enqueue(new Uint8Array(16_384).fill(97));
      },
    });
    const init = { method: "POST", body: endless, duplex: "half" } as RequestInit;
    const request = browser.request("/api/auth/logout-request", { "content-type": form }, init);
    expect((await site.handlers.POST(request)).status).toBe(400);
    expect(sent).toBeLessThan(200_000);
  });

  test.each<[string, BodyInit | undefined]>([
    ["nothing", undefined],
    ["another form", "a=b"],
    ["rubbish", "logoutRequest=%3Crubbish"],
    ["two requests", `${logoutRequest("ST-1")}&${logoutRequest("ST-2")}`],
    [
      "a document type",
      new URLSearchParams({ logoutRequest: '<!DOCTYPE a [<!ENTITY b "c">]><samlp:LogoutRequest/>' }),
    ],
    ["no UTF-8", new Uint8Array([0x6c, 0xff, 0xfe])],
    ["a megabyte", "a".repeat(1_000_000)],
    ["65 kB around a good one", `${"a=".padEnd(66_000, "a")}&${logoutRequest("ST-1")}`],
  ])("%s is refused", async (_name, body) => {
    const reply = await receive(body);
    expect(reply.status).toBe(400);
    expect(site.codes()).toEqual(["logout_request_malformed"]);
    expect(await site.auth(browser.request("/"))).not.toBeNull();
  });
});
