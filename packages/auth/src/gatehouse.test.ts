/** Functions of a site that need no request at the hub. */
import "./test-support/next-in-node.ts";
import { expect, test } from "vitest";
import { gatehouse } from "./gatehouse.ts";
import { navigation, siteSecret, siteUrl } from "./test-support/site-in-test.ts";

const siteOf = (environment: Record<string, string | undefined>) =>
  gatehouse({ site: "shop", protocol: "cas" }, { environment, now: Date.now, shared: {} });

test("the addresses for links and forms", () => {
  const settings = { HUB_URL: "https://hub.example", SITE_URL: siteUrl, SITE_SECRET: siteSecret };
  const site = siteOf(settings);
  expect([site.accountUrl(), site.signOutUrl, site.signInUrl(), site.signInUrl("/cart")]).toEqual([
    "https://hub.example/account",
    "/api/auth/sign-out",
    "/api/auth/sign-in?returnTo=%2F",
    "/api/auth/sign-in?returnTo=%2Fcart",
  ]);
});

test("the proxy hands on an error that is not the package's own, so that it is not lost", async () => {
  const error = new RangeError("of the process");
  const site = siteOf({
    SITE_SECRET: siteSecret,
    get HUB_URL(): string {
      throw error;
    },
  });
  const request = new Request(`${siteUrl}/tea`, { headers: navigation });
  await expect(site.recognise(request)).rejects.toBe(error);
});
