import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { contentSecurityPolicy } from "../http/security-headers.ts";
import { HubInTest } from "../test-support/hub-in-test.ts";
import {
  BrowserInTest,
  click,
  lastSessionIndex,
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

const arrive = (path: string, headers?: Record<string, string>) => browser.open(path, headers);
const goes = (reply: Response) => (location(reply).includes("/api/auth/recognise") ? "asks" : "shown");

/** Through the hub, which knows no user, back to the page. */
async function comeBackUnknown(path: string, headers?: Record<string, string>): Promise<string> {
  const asked = await browser.get(location(await arrive(path, headers)));
  return location(await browser.get(serviceOf(location(asked)).href));
}

/** The same, and the page is shown. */
async function seenByNobody(path: string, headers?: Record<string, string>): Promise<void> {
  expect(goes(await arrive(await comeBackUnknown(path, headers), headers))).toBe("shown");
}

describe("a browser without a session", () => {
  test("is redirected through the hub, which shows no form", async () => {
    const reply = await arrive("/tea?size=2");
    expect(location(reply)).toBe(`${siteUrl}/api/auth/recognise?returnTo=%2Ftea%3Fsize%3D2`);
    const asked = new URL(location(await browser.get(location(reply))));
    expect(asked.pathname).toBe("/cas/login");
    expect(asked.searchParams.get("gateway")).toBe("true");
  });

  test("of a user who is signed in elsewhere is recognised on the requested page", async () => {
    const asked = await browser.get(location(await arrive("/tea")));
    const reply = await browser.get(hub.signIn(location(asked)));
    expect(location(reply)).toBe(`${siteUrl}/tea`);
    expect((await site.auth(browser.request("/tea")))?.user.username).toBe("alice");
    expect(browser.cookies.keys().toSorted()).toEqual(["gatehouse-shop.asked", "gatehouse-shop.session"]);
  });

  test("that the hub does not know returns to the page, which does not ask again", async () => {
    expect(await comeBackUnknown("/tea?size=2")).toBe(`${siteUrl}/tea?size=2`);
    expect([...browser.cookies.keys()]).toEqual(["gatehouse-shop.asked"]);
    expect(goes(await arrive("/tea?size=2"))).toBe("shown");
    expect(await site.auth(browser.request("/tea"))).toBeNull();
  });

  test("that the hub does not know is asked about at the next arrival from outside", async () => {
    await seenByNobody("/tea");
    const asked = await browser.get(location(await arrive("/cups")));
    expect(location(await browser.get(hub.signIn(location(asked))))).toBe(`${siteUrl}/cups`);
    expect((await site.auth(browser.request("/cups")))?.user.username).toBe("alice");
  });

  test.each([5, 15, 25, 40])(
    "whose session of %i s ago has ended: the next user is recognised",
    async (seconds) => {
      const asked = await browser.get(location(await arrive("/tea")));
      const back = hub.signIn(location(asked));
      await browser.get(back);
      hub.end(new URL(back).searchParams.get("ticket") ?? "", "signed-out");
      site.clock.now += seconds * 1_000;
      expect(goes(await arrive("/cups", click))).toBe("asks");
    },
  );

  test("is asked about at growing intervals within the site", async () => {
    await seenByNobody("/tea");
    let asked = 0;
    for (let second = 0; second < 3_600; second += 5) {
      site.clock.now += 5_000;
      if (goes(await arrive("/cups", click)) === "asks") {
        await seenByNobody("/cups", click);
        asked++;
      }
    }
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(20);
  });

  test("that reloads repeatedly is asked about at most once a minute", async () => {
    let asked = 0;
    for (let second = 0; second < 1_800; second += 1) {
      site.clock.now += 1_000;
      if (goes(await arrive("/tea")) === "asks") {
        await seenByNobody("/tea");
        asked++;
      }
    }
    expect(asked).toBeGreaterThan(30);
    expect(asked).toBeLessThan(40);
  });

  test("that takes half a minute from the hub to the page gets no redirect loop", async () => {
    await comeBackUnknown("/tea");
    site.clock.now += 29_000;
    expect(goes(await arrive("/tea"))).toBe("shown");
  });

  test("whose user turned back on the way is not redirected again", async () => {
    await browser.get(location(await arrive("/tea")));
    site.clock.now += 10_000;
    expect(goes(await arrive("/tea"))).toBe("shown");
    site.clock.now += 10_000;
    expect(goes(await arrive("/tea"))).toBe("asks");
  });

  test("with a service worker of the site is asked about and recognised", async () => {
    const passedThrough = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "empty" };
    const own = { ...passedThrough, "sec-fetch-site": "same-origin" };
    const sent = await browser.get(location(await arrive("/tea", own)), own);
    const back = { ...passedThrough, "sec-fetch-site": "cross-site" };
    expect(location(await browser.get(hub.signIn(location(sent)), back))).toBe(`${siteUrl}/tea`);
    expect((await site.auth(browser.request("/tea")))?.user.username).toBe("alice");
  });

  test("with several tabs at once is recognised in each", async () => {
    await browser.get(location(await arrive("/tea")));
    site.clock.now += 2_000;
    const second = await browser.get(location(await arrive("/cups")));
    expect(location(await browser.get(hub.signIn(location(second))))).toBe(`${siteUrl}/cups`);
    expect((await site.auth(browser.request("/cups")))?.user.username).toBe("alice");
  });

  test("that opens one tab after another stops being redirected: the time counts from the first", async () => {
    await browser.get(location(await arrive("/tea")));
    site.clock.now += 2_000;
    await browser.get(location(await arrive("/cups")));
    site.clock.now += 8_000;
    expect(location(await arrive("/pots"))).toBe("");
  });

  test("without cookies gets no redirect loop", async () => {
    browser.keepsCookies = false;
    const landing = await comeBackUnknown("/tea?size=2");
    expect(landing).toBe(`${siteUrl}/tea?size=2&gatehouse=asked`);
    expect(location(await arrive(landing))).toBe("");
  });

  test("without cookies, whose user is signed in elsewhere, gets the page without an error", async () => {
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
    expect(site.log.map(({ code, level }) => [code, level])).toEqual([["hub_unreachable", "warn"]]);
    hub.down = false;
    site.clock.now += 5_000;
    expect(location(await arrive("/tea"))).toContain("/api/auth/recognise");
  });

  test("gets the page if the hub fails in between", async () => {
    const asked = await browser.get(location(await arrive("/tea")));
    hub.down = true;
    expect(location(await browser.get(hub.signIn(location(asked))))).toBe(`${siteUrl}/tea`);
    expect(site.log.map(({ code, level }) => [code, level])).toContainEqual(["hub_unreachable", "warn"]);
  });
});

describe("is not redirected:", () => {
  test.each([
    ["a form", navigation, "POST"],
    ["a link checker", navigation, "HEAD"],
    ["a script's fetch", { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }, "GET"],
    ["a frame", { "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }, "GET"],
    ["a page that is drawn ahead", { ...navigation, "sec-purpose": "prefetch;prerender" }, "GET"],
    ["a prefetch", { ...navigation, "sec-purpose": "prefetch;prerender" }, "GET"],
    ["a crawler", { "user-agent": "Googlebot/2.1" }, "GET"],
  ])("%s", async (_name, headers, method) => {
    const reply = await site.recognise(browser.request("/tea", headers, { method }));
    expect(location(reply)).toBe("");
    expect(reply.headers.get("x-middleware-next")).toBe("1");
  });

  test("the package's own routes", async () => {
    expect(location(await arrive("/api/auth/session"))).toBe("");
  });

  test("a signed-in user, also while the hub is silent", async () => {
    await browser.signIn(hub);
    expect(location(await arrive("/tea"))).toBe("");
    hub.down = true;
    site.clock.now += 120_000;
    expect(location(await arrive("/tea"))).toBe("");
  });
});

describe("a session that has ended", () => {
  test("is asked about once more, and the reason is shown afterwards", async () => {
    await browser.signIn(hub);
    hub.end(lastSessionIndex(hub), "idle");
    site.clock.now += 6_000;
    expect(await comeBackUnknown("/cart")).toBe(`${siteUrl}/cart`);
    expect((await site.whySignedOut(browser.request("/cart")))?.reason).toBe("idle");
    expect(goes(await arrive("/cart"))).toBe("shown");
  });

  test("seconds after its start is asked about too: another user may be signed in", async () => {
    await browser.signIn(hub);
    hub.end(lastSessionIndex(hub), "signed-out");
    site.clock.now += 6_000;
    hub.person = { ...hub.person, username: "bob", id: "person-2" };
    const asked = await browser.get(location(await arrive("/cart", click)));
    await browser.get(hub.signIn(location(asked)));
    expect((await site.auth(browser.request("/cart")))?.user.username).toBe("bob");
  });
});

describe("after a sign-out at the site", () => {
  const signOut = () => browser.post(site.signOutUrl, { origin: siteUrl, "sec-fetch-site": "same-origin" });
  beforeEach(async () => {
    await browser.signIn(hub);
  });

  test("the page that the hub returns to is shown without asking", async () => {
    await signOut();
    expect(goes(await arrive("/", { ...navigation, "sec-fetch-site": "cross-site" }))).toBe("shown");
  });

  test("the next user who signs in elsewhere is recognised", async () => {
    await signOut();
    await arrive("/");
    hub.person = { ...hub.person, username: "bob", id: "person-2" };
    const asked = await browser.get(location(await arrive("/tea")));
    await browser.get(hub.signIn(location(asked)));
    expect((await site.auth(browser.request("/tea")))?.user.username).toBe("bob");
  });

  test("only a page that is shown uses up the note that the user signed out", async () => {
    await signOut();
    const note = () => browser.cookies.get("gatehouse-shop.signed-out");
    expect(note()).toBe("new");
    await arrive("/", { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" });
    await arrive("/", { ...navigation, "sec-purpose": "prefetch" });
    expect(note()).toBe("new");
    await arrive("/");
    expect(note()).toBe("shown");
  });

  test("recognition stops if the hub could not be notified: it would undo the sign-out", async () => {
    hub.down = true;
    site.clock.now += 5_000;
    await signOut();
    hub.down = false;
    site.clock.now += 3_600_000;
    expect(goes(await arrive("/tea"))).toBe("shown");
    expect(location(await browser.get("/api/auth/recognise?returnTo=/tea"))).toBe(`${siteUrl}/tea`);
    await browser.signIn(hub);
    hub.end(lastSessionIndex(hub), "idle");
    site.clock.now += 6_000;
    expect(goes(await arrive("/tea"))).toBe("asks");
  });
});

describe("a marker", () => {
  test.each(["asked", "since-1700000000000", "nobody.1.x", "nobody.1", "gone.1.1", "never", "__proto__.1.1"])(
    "of another version (%s) causes no request and no redirect loop",
    async (value) => {
      browser.cookies.set("gatehouse-shop.asked", value);
      expect(goes(await arrive("/tea"))).toBe("shown");
    },
  );

  test("with a time in the future, after the clock was set back, is ignored", async () => {
    browser.cookies.set("gatehouse-shop.asked", `nobody.${site.clock.now + 86_400_000}.9`);
    await seenByNobody("/tea");
    expect(goes(await arrive("/tea", click))).toBe("shown");
  });
});

describe("headers passed to a page", () => {
  test("have the requested path, not a value sent by the browser", async () => {
    const headers = { "x-gatehouse-path": "/evil", "x-request-id": "{}" };
    const reply = await arrive("/tea?size=2&_rsc=1abc", headers);
    expect(reply.headers.get("x-middleware-request-x-gatehouse-path")).toBe("/tea?size=2");
    expect(reply.headers.get("x-middleware-request-x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("are set even with invalid settings", async () => {
    const wrong = siteInTest(hub, { SITE_SECRET: "short" });
    const reply = await wrong.recognise(browser.request("/tea"));
    expect(reply.headers.get("x-middleware-next")).toBe("1");
    expect(wrong.codes()).toEqual(["secret_too_short"]);
  });
});

describe("responses that a browser may cache", () => {
  const image = { "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" };

  test("exclude every navigation of a signed-in user, files included", async () => {
    await browser.signIn(hub);
    expect((await arrive("/files/report.pdf")).headers.get("cache-control")).toBe("private, no-store");
    expect((await arrive("/logo.svg", image)).headers.get("cache-control")).toBeNull();
  });

  test("are up to the page without a session", async () => {
    await seenByNobody("/tea");
    expect((await arrive("/tea", click)).headers.get("cache-control")).toBeNull();
  });
});

describe("a page's policy", () => {
  const header = "content-security-policy";
  const forged = {
    [header]: "script-src 'nonce-evil'",
    [`${header}-report-only`]: "script-src 'nonce-evil'",
  };
  const policies = (reply: Response) => [
    reply.headers.get(header),
    reply.headers.get(`x-middleware-request-${header}`),
  ];
  const told = (reply: Response) => reply.headers.get("x-middleware-override-headers")?.split(",") ?? [];

  test("CSP3 7.1 has a nonce of its own in each answer, the same for Next.js and the browser", async () => {
    const strict = siteInTest(hub, {}, "shop", { contentSecurityPolicy });
    const said = policies(await strict.recognise(browser.request("/tea", forged)));
    expect(said[0]).toMatch(/; script-src 'nonce-[A-Za-z0-9+/]{22}==' 'strict-dynamic'; style-src 'self';/);
    expect(said[1]).toBe(said[0]);
    expect(policies(await strict.recognise(browser.request("/tea", {})))[0]).not.toBe(said[0]);
  });

  test("is sent also with invalid settings", async () => {
    const strict = siteInTest(hub, { SITE_SECRET: "short" }, "shop", { contentSecurityPolicy });
    expect(policies(await strict.recognise(browser.request("/tea", {})))[0]).toContain("'strict-dynamic'");
  });

  test("is relaxed only under next dev", async () => {
    const dev = siteInTest(hub, { NODE_ENV: "development" }, "shop", { contentSecurityPolicy });
    expect(policies(await dev.recognise(browser.request("/tea", {})))[0]).toContain("'unsafe-eval'");
  });

  test("is never the one that came with the request", async () => {
    const plain = await site.recognise(browser.request("/tea", forged));
    expect(policies(plain)).toEqual([null, null]);
    expect(told(plain)).toContain("x-gatehouse-path");
    const strict = siteInTest(hub, {}, "shop", { contentSecurityPolicy });
    for (const reply of [plain, await strict.recognise(browser.request("/tea", forged))]) {
      expect(told(reply)).not.toContain(`${header}-report-only`);
      expect(JSON.stringify([...reply.headers])).not.toContain("evil'");
    }
  });
});
