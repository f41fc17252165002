import "./test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HubInTest } from "./test-support/hub-in-test.ts";
import { OidcHubInTest } from "./test-support/oidc-hub-in-test.ts";
import {
  BrowserInTest,
  lastSessionIndex,
  location,
  siteInTest,
  siteUrl,
} from "./test-support/site-in-test.ts";

// Replaces the only file that calls Next.js: the tests set a page's headers, and a redirect throws its address, as in Next.js.
const page = vi.hoisted(() => ({ headers: new Headers(), path: null as string | null }));
vi.mock("./site/next-request.ts", () => ({
  passOn: () => new Response(null),
  currentHeaders: async () => new Headers(page.headers),
  currentPath: () => page.path,
  leaveFor: (path: string) => {
    throw new Error(`left for ${path}`);
  },
}));

let hub: HubInTest;
let site: ReturnType<typeof siteInTest>;
let browser: BrowserInTest;

beforeEach(async () => {
  page.path = null;
  hub = new HubInTest();
  await hub.start();
  site = siteInTest(hub);
  browser = new BrowserInTest(site);
});
afterEach(() => hub.stop());

/** A page that was requested by this path, as the proxy passes it on. */
function open(path?: string): void {
  page.headers = browser.request("/", path === undefined ? {} : { "x-gatehouse-path": path }).headers;
}

describe("a page that requires sign-in", () => {
  test("gets the user", async () => {
    await browser.signIn(hub);
    open("/cart");
    expect((await site.requireSignIn()).user.username).toBe("alice");
    expect((await site.auth())?.user.username).toBe("alice");
    expect(await site.whySignedOut()).toBeNull();
  });

  test("redirects others to the sign-in, which returns to the page", async () => {
    open("/cart?open=1");
    await expect(site.requireSignIn()).rejects.toThrow(
      "left for /api/auth/sign-in?returnTo=%2Fcart%3Fopen%3D1",
    );
  });

  test("can name another page to return to", async () => {
    open("/cart");
    await expect(site.requireSignIn({ returnTo: "/pay" })).rejects.toThrow("returnTo=%2Fpay");
  });

  test.each([undefined, "//evil.example", "https://evil.example"])(
    "returns to / instead of %s",
    async (path) => {
      open(path);
      await expect(site.requireSignIn()).rejects.toThrow(/^left for \/api\/auth\/sign-in\?returnTo=%2F$/);
    },
  );

  test("passes on why the session ended", async () => {
    await browser.signIn(hub);
    hub.end(lastSessionIndex(hub), "idle");
    site.clock.now += 6_000;
    open("/cart");
    await expect(site.requireSignIn()).rejects.toThrow("returnTo=%2Fcart&reason=idle");
  });

  test("leads to a page that says so for a minute after a sign-out here", async () => {
    await browser.signIn(hub);
    await browser.post(site.signOutUrl, { origin: siteUrl, "sec-fetch-site": "same-origin" });
    await browser.open("/");
    open("/cart");
    const address = "/api/auth/signed-out?returnTo=%2Fcart";
    await expect(site.requireSignIn()).rejects.toThrow(`left for ${address}`);
    const reply = await browser.get(address);
    const text = await reply.text();
    expect(reply.status).toBe(200);
    expect(text).toContain("<h1>You signed out</h1>");
    expect(text).toContain('href="/api/auth/sign-in?returnTo=%2Fcart"');
    expect(text).not.toMatch(/alice|Error/i);

    browser.cookies.delete("gatehouse-shop.signed-out");
    expect(location(await browser.get(address))).toBe("/api/auth/sign-in?returnTo=%2Fcart");
    open("/cart");
    await expect(site.requireSignIn()).rejects.toThrow("left for /api/auth/sign-in?returnTo=%2Fcart");
  });

  test("does not say so to a user who has signed in since", async () => {
    await browser.post(site.signOutUrl, { origin: siteUrl, "sec-fetch-site": "same-origin" });
    const note = browser.cookies.get("gatehouse-shop.signed-out") ?? "";
    await browser.signIn(hub);
    browser.cookies.set("gatehouse-shop.signed-out", note);
    open("/cart");
    expect((await site.requireSignIn()).user.username).toBe("alice");
    expect(await site.whySignedOut()).toBeNull();
    const reply = await browser.get("/api/auth/signed-out?returnTo=%2Fcart");
    expect(location(reply)).toBe(`${siteUrl}/cart`);
  });

  test("asks the hub despite a cached answer if it requires a recent sign-in", async () => {
    await browser.signIn(hub);
    hub.end(lastSessionIndex(hub), "signed-out");
    open("/transfer");
    expect((await site.requireSignIn()).user.username).toBe("alice");
    await expect(site.requireSignIn({ maxAge: 300 })).rejects.toThrow(
      /returnTo=%2Ftransfer&reason=signed-out$/,
    );
  });

  test("shows a signed-in user a page to wait while the hub does not answer", async () => {
    await browser.signIn(hub);
    hub.down = true;
    site.clock.now += 61_000;
    open("/cart");
    await expect(site.requireSignIn()).rejects.toThrow("left for /api/auth/unavailable?returnTo=%2Fcart");
    // The page that they are sent to logs it.
    expect(site.log).toEqual([]);
  });
});

describe.each([
  ["cas", () => new HubInTest(), (asked: URL) => asked.searchParams.get("renew") === "true"],
  ["oidc", () => new OidcHubInTest(), (asked: URL) => asked.searchParams.get("max_age") === "300"],
] as const)(
  "a page that requires a sign-in of the last five minutes, by %s",
  (protocol, open_, asksAgain) => {
    beforeEach(async () => {
      await hub.stop();
      hub = open_();
      await hub.start();
      site = siteInTest(hub, {}, "shop", { protocol });
      browser = new BrowserInTest(site);
    });
    const demand = () => site.requireSignIn({ maxAge: 300 });
    const ago = (seconds: number) => Date.now() - seconds * 1000;

    test("gets a user who has signed in since", async () => {
      hub.authenticatedAt = ago(200);
      await browser.signIn(hub);
      open("/transfer");
      expect((await demand()).user.username).toBe("alice");
    });

    test("asks others again, and returns to the same page", async () => {
      hub.authenticatedAt = ago(400);
      await browser.signIn(hub);
      open("/transfer?to=1");
      expect((await site.requireSignIn()).user.username).toBe("alice");
      const way = "/api/auth/sign-in?returnTo=%2Ftransfer%3Fto%3D1&maxAge=300";
      await expect(demand()).rejects.toThrow(`left for ${way}`);
      const asked = new URL(location(await browser.get(way)));
      expect(asksAgain(asked)).toBe(true);
      hub.authenticatedAt = ago(0);
      expect(location(await browser.get(hub.signIn(asked.href)))).toMatch(/\/transfer\?to=1$/);
      open("/transfer?to=1");
      expect((await demand()).user.username).toBe("alice");
    });

    test("asks again after five minutes by the hub's clock", async () => {
      await browser.signIn(hub);
      open("/transfer");
      expect((await demand()).user.username).toBe("alice");
      hub.authenticatedSecondsAgo = 301;
      await expect(demand()).rejects.toThrow("maxAge=300");
    });

    test("gets a user who has authenticated at another site meanwhile", async () => {
      hub.authenticatedAt = ago(400);
      await browser.signIn(hub);
      open("/transfer");
      hub.authenticatedSecondsAgo = 20;
      expect((await demand()).user.username).toBe("alice");
    });

    test("a route that receives a form gets the address to redirect to", async () => {
      await browser.signIn(hub);
      open("/transfer/send");
      const demanded = { returnTo: "/transfer?draft=1", maxAge: 300 };
      expect((await site.checkSignIn(demanded)).session?.user.username).toBe("alice");
      hub.authenticatedSecondsAgo = 301;
      expect(await site.checkSignIn(demanded)).toEqual({
        session: null,
        leaveFor: "/api/auth/sign-in?returnTo=%2Ftransfer%3Fdraft%3D1&maxAge=300",
      });
    });

    test.each([0, -1, Number.NaN])("treats %s as the minimum, never as no requirement", async (maxAge) => {
      await browser.signIn(hub);
      site.clock.now += 11_000;
      open("/transfer");
      await expect(site.requireSignIn({ maxAge })).rejects.toThrow("maxAge=10");
    });

    test("asks again after five minutes by the site's clock", async () => {
      await browser.signIn(hub);
      site.clock.now += 301_000;
      open("/transfer");
      await expect(demand()).rejects.toThrow("maxAge=300");
    });

    test("redirects a browser without a session to the sign-in", async () => {
      open("/transfer");
      await expect(demand()).rejects.toThrow(/^left for \/api\/auth\/sign-in\?returnTo=%2Ftransfer$/);
    });
  },
);

test("a hub that did not ask again gets an error page, not a redirect loop", async () => {
  await hub.stop();
  hub = new OidcHubInTest();
  await hub.start();
  site = siteInTest(hub, {}, "shop", { protocol: "oidc" });
  browser = new BrowserInTest(site);
  hub.authenticatedAt = Date.now() - 400_000;
  const asked = location(await browser.get("/api/auth/sign-in?returnTo=/transfer&maxAge=300"));
  expect((await browser.get(hub.signIn(asked))).status).toBe(400);
  expect(site.codes()).toEqual(["sign_in_too_old"]);
});

const factor = "urn:gatehouse:acr:factor";
const password = "urn:gatehouse:acr:password";
const passkey = "urn:gatehouse:acr:passkey";

async function replaceHub(other: OidcHubInTest): Promise<void> {
  await hub.stop();
  hub = other;
  await hub.start();
  site = siteInTest(hub, {}, "shop", { protocol: "oidc" });
  browser = new BrowserInTest(site);
}

describe.each([
  ["cas", () => new HubInTest()],
  ["oidc", () => new OidcHubInTest()],
] as const)("a page that requires a second step, by %s", (protocol, open_) => {
  beforeEach(async () => {
    await hub.stop();
    hub = open_();
    await hub.start();
    site = siteInTest(hub, {}, "shop", { protocol });
    browser = new BrowserInTest(site);
  });
  const demand = () => site.requireSignIn({ acr: factor });
  const way = `/api/auth/sign-in?returnTo=%2Ftransfer&acr=${encodeURIComponent(factor)}`;

  test.each([factor, passkey])("gets a user of %s", async (acr) => {
    hub.acr = acr;
    await browser.signIn(hub);
    open("/transfer");
    expect((await demand()).user.username).toBe("alice");
  });

  test.each([password, "urn:gatehouse:acr:bear", undefined])("redirects a user of %s", async (acr) => {
    hub.acr = acr;
    await browser.signIn(hub);
    open("/transfer");
    expect((await site.requireSignIn()).user.username).toBe("alice");
    await expect(demand()).rejects.toThrow(`left for ${way}`);
  });

  test("asks the hub each time, whatever an earlier answer was", async () => {
    hub.acr = factor;
    await browser.signIn(hub);
    open("/transfer");
    await demand();
    hub.acr = password;
    await expect(demand()).rejects.toThrow(`left for ${way}`);
    hub.acr = factor;
    expect((await demand()).user.username).toBe("alice");
  });

  test("is returned to after the second step, at once", async () => {
    hub.acr = password;
    await browser.signIn(hub);
    const asked = location(await browser.get(way));
    hub.acr = factor;
    expect(location(await browser.get(hub.signIn(asked)))).toBe(`${siteUrl}/transfer`);
    open("/transfer");
    expect((await demand()).user.username).toBe("alice");
  });

  test("a hub that did not ask for it gets an error page, not a redirect loop", async () => {
    hub.acr = password;
    await browser.signIn(hub);
    const before = browser.cookies.get("gatehouse-shop.session");
    const reply = await browser.get(hub.signIn(location(await browser.get(way))));
    expect(reply.status).toBe(403);
    expect(await reply.text()).toContain("<h1>This page needs a stronger sign-in</h1>");
    expect(site.codes()).toEqual(["sign_in_too_weak"]);
    expect(browser.cookies.get("gatehouse-shop.session")).toBe(before);
  });

  test("and a recent sign-in: only what is lacking is asked for", async () => {
    hub.acr = password;
    await browser.signIn(hub);
    open("/transfer/send");
    const check = async () => {
      const query = (await site.checkSignIn({ returnTo: "/", maxAge: 300, acr: factor })).leaveFor ?? "";
      const { searchParams } = new URL(query, siteUrl);
      return [searchParams.get("maxAge"), searchParams.get("acr")];
    };
    expect(await check()).toEqual([null, factor]);
    hub.authenticatedSecondsAgo = 301;
    expect(await check()).toEqual(["300", factor]);
    hub.acr = factor;
    expect(await check()).toEqual(["300", null]);
  });

  test("and a recent sign-in: setting up a step may take longer than the age; the page then asks for it", async () => {
    hub.acr = factor;
    hub.authenticatedAt = Date.now() - 400_000;
    hub.authenticatedSecondsAgo = 400;
    const asked = location(await browser.get(`${way}&maxAge=300`));
    expect(location(await browser.get(hub.signIn(asked)))).toBe(`${siteUrl}/transfer`);
    open("/transfer");
    await expect(site.requireSignIn({ maxAge: 300, acr: factor })).rejects.toThrow(/&maxAge=300$/);
  });

  test("an unknown class is an error, never no requirement", async () => {
    hub.acr = passkey;
    await browser.signIn(hub);
    open("/transfer");
    const misspelled = { acr: "urn:gatehouse:acr:pass" as typeof factor };
    await expect(site.requireSignIn(misspelled)).rejects.toThrow(
      'The hub has no acr "urn:gatehouse:acr:pass".',
    );
  });
});

test("a second step within seconds counts: the answer from before it is not used", async () => {
  const oidc = new OidcHubInTest();
  await replaceHub(oidc);
  oidc.acr = password;
  await browser.signIn(oidc);
  // The hub keeps the session's name when the session becomes stronger.
  oidc.claims = { sid: oidc.lastSid };
  const asked = location(await browser.get(`/api/auth/sign-in?returnTo=/transfer&acr=${factor}`));
  oidc.acr = factor;
  expect(location(await browser.get(oidc.signIn(asked)))).toBe(`${siteUrl}/transfer`);
});

test("Core 5.5.1.1 a second step is requested as an essential claim, beside the others", async () => {
  await replaceHub(new OidcHubInTest());
  const claimsOf = async (query: string) => {
    const asked = new URL(location(await browser.get(`/api/auth/sign-in?returnTo=/${query}`)));
    return JSON.parse(asked.searchParams.get("claims") ?? "{}").id_token;
  };
  const plain = await claimsOf("");
  expect(Object.keys(plain)).toContain("auth_time");
  expect(await claimsOf(`&acr=${factor}`)).toEqual({ ...plain, acr: { essential: true, value: factor } });
  expect(await claimsOf("&acr=urn:gatehouse:acr:bear")).toEqual(plain);
});

describe("a page that the proxy did not see", () => {
  test("is returned to, by the path that Next.js has", async () => {
    open();
    page.path = "/u/jane.doe?tab=2";
    await expect(site.requireSignIn()).rejects.toThrow(/returnTo=%2Fu%2Fjane\.doe%3Ftab%3D2$/);
  });

  test("logs once that proxy.ts is missing, and what to add", async () => {
    open();
    for (let asked = 0; asked < 3; asked++) await expect(site.requireSignIn()).rejects.toThrow("left for");
    site.clock.now += 3_600_000;
    await expect(site.requireSignIn({ returnTo: "/cart" })).rejects.toThrow("left for");
    expect(site.log.map(({ code, level }) => [code, level])).toEqual([["proxy_missing", "warn"]]);
    expect(site.log[0]?.message).toContain('export { recognise as proxy } from "./src/auth"');
  });

  test("logs that the proxy excludes it, if there is one", async () => {
    await browser.open("/tea");
    open();
    await expect(site.requireSignIn()).rejects.toThrow("left for");
    expect(site.log[0]?.message).toContain("`matcher` in proxy.ts leaves its address out");
  });

  test("logs nothing for pages that the proxy saw", async () => {
    open("/cart");
    await expect(site.requireSignIn()).rejects.toThrow("left for");
    expect(site.log).toEqual([]);
  });
});
