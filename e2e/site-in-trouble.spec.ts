/** A site with wrong settings, or without its hub, shows a page that says what to do. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserFaults, expect, gatehouseTest as test } from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import getPort from "get-port";
import { originOf } from "./own-origin.ts";
import { OwnSite } from "./own-site.ts";

const SITE_SECRET = "a-secret-of-this-journey-0123456789abcdef";
type Settings = Parameters<typeof OwnSite.start>[1];

async function withSite(
  site: "shop" | "bank",
  settings: Settings,
  browserFaults: BrowserFaults,
  visit: (site: OwnSite) => Promise<void>,
) {
  const DATA_DIR = await mkdtemp(join(tmpdir(), "gatehouse-trouble-"));
  const own = await OwnSite.start(site, (origin) => ({ DATA_DIR, SITE_SECRET, ...settings(origin) }));
  try {
    await visit(own);
  } finally {
    await browserFaults.closePages();
    await own.stop();
    await rm(DATA_DIR, { recursive: true });
  }
}

/** The error pages of Next.js and of the browser have no such heading. */
async function expectCalm(page: Page, title: string, code: string): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  await expect(page).toHaveTitle(new RegExp(`^Error: ${title}`));
  await expect(page.locator("body")).toContainText(code);
  await expect(page.locator("body")).not.toContainText(SITE_SECRET);
}

for (const [site, path, own] of [
  ["shop", "/cart", "Corner Shop"],
  ["bank", "/accounts", "Harbour Bank"],
] as const) {
  test(`the ${site} without a setting shows its own error page`, async ({ page, sites, browserFaults }) => {
    // React reports that the server could not render the page.
    const complaint = "https://react.dev/errors/441";
    browserFaults.expect("console error", complaint);
    await withSite(
      site,
      () => ({ HUB_URL: sites.hub, SITE_SECRET: undefined }),
      browserFaults,
      async ({ origin }) => {
        for (const address of [path, "/nowhere"]) {
          const said = page.waitForEvent("console", (message) => message.text().includes(complaint));
          const answer = await page.goto(`${origin}${address}`);
          expect(answer?.status(), address).toBe(500);
          await expectCalm(page, "This page is not working", "settings_missing");
          await expect(page.getByRole("banner")).toContainText(own);
          await expect(page.getByRole("link", { name: "Try again" })).toHaveAttribute("href", address);
          await said;
        }
        await page.goto(`${origin}/api/auth/sign-in?returnTo=${path}`);
        await expectCalm(page, "Sign-in is not working", "settings_missing");
        await page.getByText("For the operator of this site").click();
        await expect(page.getByRole("group")).toContainText("SITE_SECRET is not set.");
      },
    );
  });
}

test("a sign-in while the hub does not answer keeps page and basket of the user", async ({
  page,
  browserFaults,
}) => {
  const dead = originOf("hub", await getPort({ host: "127.0.0.1" }));
  await withSite(
    "shop",
    () => ({ HUB_URL: dead }),
    browserFaults,
    async (own) => {
      await page.goto(own.origin);
      await page.getByRole("button", { name: "Add Tulips to basket" }).click();
      await page.goto(`${own.origin}/cart`);
      await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
      await expectCalm(page, "You cannot sign in right now", "hub_unreachable");
      const again = page.getByRole("link", { name: "Try again" });
      await expect(again).toHaveAttribute("href", "/api/auth/sign-in?returnTo=%2Fcart");
      await again.click();
      await expectCalm(page, "You cannot sign in right now", "hub_unreachable");
      await page.goto(`${own.origin}/cart`);
      await expect(page.getByRole("main")).toContainText("Tulips");
      const [, reference = "none"] = /"reference":"(\w+)"/.exec(own.log) ?? [];
      expect(reference).toHaveLength(8);
    },
  );
});

test("a HUB_URL that leads to the site itself is named in the error", async ({ page, browserFaults }) => {
  await withSite(
    "shop",
    (origin) => ({ HUB_URL: origin }),
    browserFaults,
    async (own) => {
      await page.goto(`${own.origin}/api/auth/sign-in`);
      await expectCalm(page, "Sign-in is not working", "hub_url_wrong");
      await page.getByText("For the operator of this site").click();
      await expect(page.getByRole("group")).toContainText("HUB_URL is not a Gatehouse hub");
      expect(own.log).toContain('"code":"hub_url_wrong"');
    },
  );
});
