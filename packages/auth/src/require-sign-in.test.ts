import "./next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HubInTest } from "./hub-in-test.ts";
import { BrowserInTest, lastSessionIndex, siteInTest } from "./site-in-test.ts";

// The one file that reaches into a running Next.js: here a page's headers are what we say,
// and leaving the page throws its address, as Next.js does.
const page = vi.hoisted(() => ({ headers: new Headers() }));
vi.mock("./next-request.ts", () => ({
  currentHeaders: async () => page.headers,
  leaveFor: (path: string) => {
    throw new Error(`left for ${path}`);
  },
}));

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

/** A page that was asked for by this path, as the proxy passes it on. */
function open(path?: string): void {
  page.headers = browser.request("/", path === undefined ? {} : { "x-gatehouse-path": path }).headers;
}

describe("a page that requires sign-in", () => {
  test("gets the person", async () => {
    await browser.signIn(hub);
    open("/cart");
    expect((await site.requireSignIn()).user.username).toBe("alice");
    expect((await site.auth())?.user.username).toBe("alice");
    expect(await site.whySignedOut()).toBeNull();
  });

  test("sends others to sign in and back here", async () => {
    open("/cart?open=1");
    await expect(site.requireSignIn()).rejects.toThrow(
      "left for /api/auth/sign-in?returnTo=%2Fcart%3Fopen%3D1",
    );
  });

  test("can name another page to come back to", async () => {
    open("/cart");
    await expect(site.requireSignIn({ returnTo: "/pay" })).rejects.toThrow("returnTo=%2Fpay");
  });

  test.each([undefined, "//evil.example", "https://evil.example"])(
    "comes back to the start page from %s",
    async (path) => {
      open(path);
      await expect(site.requireSignIn()).rejects.toThrow(/^left for \/api\/auth\/sign-in\?returnTo=%2F$/);
    },
  );

  test("says why it asks again", async () => {
    await browser.signIn(hub);
    hub.end(lastSessionIndex(hub), "idle");
    site.clock.now += 6_000;
    open("/cart");
    await expect(site.requireSignIn()).rejects.toThrow("returnTo=%2Fcart&reason=idle");
  });

  test("lets a signed-in person wait while the hub is silent", async () => {
    await browser.signIn(hub);
    hub.down = true;
    site.clock.now += 61_000;
    open("/cart");
    await expect(site.requireSignIn()).rejects.toThrow("left for /api/auth/unavailable?returnTo=%2Fcart");
  });
});
