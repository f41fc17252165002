import "../test-support/next-in-node.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HubInTest } from "../test-support/hub-in-test.ts";
import { OidcHubInTest } from "../test-support/oidc-hub-in-test.ts";
import { BrowserInTest, siteInTest } from "../test-support/site-in-test.ts";

describe.each([
  ["cas", HubInTest],
  ["oidc", OidcHubInTest],
] as const)("groups by %s", (protocol, Hub) => {
  let hub: HubInTest;
  beforeEach(async () => {
    hub = new Hub();
    await hub.start();
  });
  afterEach(() => hub.stop());

  async function groupsOf(groups: unknown) {
    hub.person = { ...hub.person, groups };
    const site = siteInTest(hub, {}, "shop", { protocol });
    const browser = new BrowserInTest(site);
    await browser.signIn(hub);
    return (await site.auth(browser.request("/")))?.user.groups;
  }

  test("are passed on in their order", async () => {
    expect(await groupsOf(["staff", "Ärzte (Süd)"])).toEqual(["staff", "Ärzte (Süd)"]);
  });

  test("a single group is a list of one", async () => {
    expect(await groupsOf(["staff"])).toEqual(["staff"]);
  });

  test("none when the registration releases none", async () => {
    expect(await groupsOf(undefined)).toEqual([]);
  });

  test("too many for a cookie are requested from the hub", async () => {
    const many = Array.from({ length: 80 }, (_, index) => `department-${index}-${"x".repeat(40)}`);
    expect(await groupsOf(many)).toEqual(many);
  });
});

test("a claim that is not a list of names grants no group", async () => {
  const hub = new OidcHubInTest();
  await hub.start();
  const site = siteInTest(hub, {}, "shop", { protocol: "oidc" });
  for (const groups of ["staff", ["staff", 7], { staff: true }]) {
    hub.claims = { groups };
    const browser = new BrowserInTest(site);
    await browser.signIn(hub);
    expect((await site.auth(browser.request("/")))?.user).toMatchObject({ username: "alice", groups: [] });
  }
  await hub.stop();
});
