/** A hub that breaks off in the middle of an answer, by each request that a site sends to it. */
import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import { ApiInTest, cannot, told, withToken } from "../test-support/api-in-test.ts";
import { HubInTest } from "../test-support/hub-in-test.ts";
import { OidcHubInTest } from "../test-support/oidc-hub-in-test.ts";
import { BrowserInTest, location, siteInTest } from "../test-support/site-in-test.ts";
import { readJson } from "./hub-answer.ts";

test("a body that is no JSON is null; one that breaks off is an error with its cause", async () => {
  expect(await readJson(new Response("<html>"))).toBeNull();
  const cause = new TypeError("terminated");
  const broken = new Response(new ReadableStream({ start: (stream) => stream.error(cause) }));
  await expect(readJson(broken)).rejects.toEqual(new GatehouseAuthError("hub_unreachable", "", { cause }));
});

describe.each([
  ["cas", () => new HubInTest()],
  ["oidc", () => new OidcHubInTest()],
] as const)("a hub that breaks off in the middle of an answer is down, by %s:", (protocol, make) => {
  let hub: HubInTest;
  let site: ReturnType<typeof siteInTest>;
  let browser: BrowserInTest;

  beforeEach(async () => {
    hub = make();
    await hub.start();
    site = siteInTest(hub, {}, "shop", { protocol });
    browser = new BrowserInTest(site);
  });
  afterEach(() => hub.stop());

  test("a sign-in does not begin", async () => {
    hub.breaksOff = true;
    expect((await browser.get("/api/auth/sign-in")).status).toBe(503);
    expect(site.codes()).toEqual(["hub_unreachable"]);
  });

  test("a sign-in under way gets a page to try again", async () => {
    const back = hub.signIn(location(await browser.get("/api/auth/sign-in?returnTo=/cart")));
    hub.breaksOff = true;
    expect((await browser.get(back)).status).toBe(503);
    expect(site.codes()).toEqual(["hub_unreachable"]);
  });

  test("nobody is signed out for a minute", async () => {
    await browser.signIn(hub);
    hub.breaksOff = true;
    site.clock.now += 59_000;
    expect((await site.auth(browser.request("/")))?.user.username).toBe("alice");
    site.clock.now += 2_000;
    expect(await site.auth(browser.request("/"))).toBeNull();
    expect(site.codes()).toEqual(["hub_unreachable"]);
  });
});

test("a hub that breaks off in the middle of an answer is down, by an API: 503, not a refused token", async () => {
  const api = new ApiInTest();
  await api.hub.start();
  try {
    const tokens = [api.hub.issue(), await api.hub.sign()];
    api.hub.breaksOff = true;
    for (const token of tokens) expect(await told(await api.make().GET(withToken(token)))).toEqual(cannot);
    expect(api.log).toMatchObject([{ code: "hub_unreachable" }, { code: "hub_unreachable" }]);
  } finally {
    await api.hub.stop();
  }
});
