import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HubInTest } from "../test-support/hub-in-test.ts";
import { BrowserInTest, siteInTest } from "../test-support/site-in-test.ts";

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

const fetched = { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };
const byRouter = { ...fetched, "sec-fetch-site": "same-origin" };
const places = ["sign-in", "recognise", "unavailable"];

describe("next/link to a page that redirects to the sign-in", () => {
  test.each(places)(
    "%s becomes a navigation of the browser: no error, no log line, no flow",
    async (place) => {
      hub.down = true;
      const reply = await browser.get(`/api/auth/${place}?returnTo=/cart`, byRouter);
      expect([reply.status, reply.headers.get("content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
      expect([...browser.cookies]).toEqual([]);
      expect(site.log).toEqual([]);
    },
  );

  test("that navigation is redirected to the hub", async () => {
    await browser.get("/api/auth/sign-in?returnTo=/cart", byRouter);
    expect((await browser.get("/api/auth/sign-in?returnTo=/cart")).status).toBe(303);
  });

  test.each(["cross-site", "same-site"])(
    "a script of another site (%s) is refused and logged",
    async (from) => {
      const reply = await browser.get("/api/auth/sign-in", { ...fetched, "sec-fetch-site": from });
      expect(reply.status).toBe(403);
      expect(site.codes()).toEqual(["request_refused"]);
    },
  );

  test("a callback refuses every fetch", async () => {
    const reply = await browser.get("/api/auth/callback/gatehouse", byRouter);
    expect(reply.status).toBe(403);
    expect(site.codes()).toEqual(["request_refused"]);
  });
});
