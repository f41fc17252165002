/** The request id of a proxy in front, in the logs of site and hub. */
import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HubInTest } from "../test-support/hub-in-test.ts";
import { BrowserInTest, location, navigation, siteInTest, siteUrl } from "../test-support/site-in-test.ts";

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

const requestId = "4f9c1b7e-from-the-proxy";
const headers = { ...navigation, "x-request-id": requestId };
const fromOwnPage = { origin: siteUrl, "sec-fetch-site": "same-origin", "x-request-id": requestId };
const get = (path: string) => browser.get(`/api/auth/${path}`, headers);

test.each<[string, string, string, () => Promise<unknown>]>([
  ["a sign-in", "hub_unreachable", "error", () => get("sign-in")],
  ["a recognition", "hub_unreachable", "warn", () => get("recognise")],
  ["a sign-out", "hub_unreachable", "error", () => browser.post(site.signOutUrl, fromOwnPage)],
  [
    "a refused sign-out",
    "request_refused",
    "warn",
    () => browser.post(site.signOutUrl, { "x-request-id": requestId }),
  ],
  ["the page to wait", "hub_unreachable", "error", () => get("unavailable")],
])("the log line of %s has it", async (_, code, level, ask) => {
  await browser.signIn(hub);
  hub.down = true;
  site.clock.now += 61_000;
  await ask();
  expect(site.log).toMatchObject([{ code, level, requestId }]);
});

test("the log line of a callback that this browser did not start has it", async () => {
  const foreign = hub.signIn(location(await new BrowserInTest(site).get("/api/auth/sign-in")));
  await browser.get(foreign, headers);
  expect(site.log).toMatchObject([{ code: "state_mismatch", level: "warn", requestId }]);
});

test("the session check at the end of a sign-in has it, and counts as activity", async () => {
  await browser.get(hub.signIn(location(await browser.get("/api/auth/sign-in"))), headers);
  expect(hub.checks).toMatchObject([{ active: true, requestId }]);
});
