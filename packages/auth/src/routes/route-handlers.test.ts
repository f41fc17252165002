/** Rules of every address under `/api/auth`. */
import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gatehouse } from "../gatehouse.ts";
import type { LogEntry } from "../log/site-log.ts";
import { HubInTest } from "../test-support/hub-in-test.ts";
import { BrowserInTest, location, siteInTest, siteSecret } from "../test-support/site-in-test.ts";

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

const pageOf = async (reply: Response) => [reply.status, await reply.text()];
const signInAt = (path: string) => `href="/api/auth/sign-in?${new URLSearchParams({ returnTo: path })}"`;

describe("an address", () => {
  test("that is none gets 404", async () => {
    expect(await pageOf(await browser.get("/api/auth/other"))).toEqual([404, "Not found\n"]);
  });

  test("by the other method gets 405 with the right one", async () => {
    const posted = await browser.post("/api/auth/sign-in", {});
    expect([posted.headers.get("allow"), ...(await pageOf(posted))]).toEqual([
      "GET",
      405,
      "Method not allowed\n",
    ]);
    const got = await browser.get("/api/auth/logout-request");
    expect([got.status, got.headers.get("allow")]).toEqual([405, "POST"]);
  });

  test("that is made for navigations tells a script so, in an answer that is not kept", async () => {
    const byScript = { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };
    const reply = await browser.get("/api/auth/signed-out", byScript);
    expect(Object.fromEntries(reply.headers)).toEqual({
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    expect(await reply.text()).toBe("Go to this address: <a>, or location.assign(). It cannot be fetched.\n");
  });

  test("for scripts answers for this user and this site alone", async () => {
    expect(Object.fromEntries((await browser.get("/api/auth/session", {})).headers)).toEqual({
      "content-type": "application/json",
      "cache-control": "private, no-store",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
    });
  });
});

describe("an error", () => {
  test("that the hub caused is JSON with the code, not kept, and a reference of the log line", async () => {
    const reply = await browser.post("/api/auth/logout-request", {}, "a=b");
    expect([reply.status, reply.headers.get("cache-control"), await reply.json()]).toEqual([
      400,
      "no-store",
      { error: "logout_request_malformed", reference: site.log[0]?.reference },
    ]);
    expect(site.log).toMatchObject([{ level: "error", code: "logout_request_malformed" }]);
  });

  test("of a callback leads back to the page of its flow; of a callback that was changed, to the start page", async () => {
    const back = hub.signIn(location(await browser.get("/api/auth/sign-in?returnTo=/cart")));
    hub.down = true;
    expect(await (await browser.get(back)).text()).toContain(signInAt("/cart"));
    const malformed = new URL(back);
    malformed.searchParams.delete("state");
    expect(await (await browser.get(malformed.href)).text()).toContain(signInAt("/"));
  });

  test.each([
    ["sign-in?returnTo=/cart", "/cart"],
    ["callback/gatehouse?returnTo=/cart", "/"],
  ])("of wrong settings is a page as well, at %s", async (path, next) => {
    site = siteInTest(hub, { SITE_SECRET: "short" });
    const [status, page] = await pageOf(await new BrowserInTest(site).get(`/api/auth/${path}`));
    expect([status, site.codes()]).toEqual([500, ["secret_too_short"]]);
    expect(page).toContain(signInAt(next));
  });

  test("that no one foresaw is internal, and the log has its name without its words", async () => {
    const log: LogEntry[] = [];
    const environment = {
      SITE_SECRET: siteSecret,
      get HUB_URL(): string {
        throw new RangeError("ST-secret");
      },
    };
    const { handlers } = gatehouse(
      { site: "shop", protocol: "cas", logger: (entry) => void log.push(entry) },
      { environment, now: Date.now, shared: {} },
    );
    const [status, page] = await pageOf(await handlers.GET(browser.request("/api/auth/sign-in")));
    expect(status).toBe(500);
    expect(page).toContain(`Reference ${log[0]?.reference} · Code <code>internal</code>`);
    expect(log).toMatchObject([{ level: "error", code: "internal", cause: "RangeError" }]);
    expect(page + JSON.stringify(log)).not.toContain("ST-secret");
  });
});
