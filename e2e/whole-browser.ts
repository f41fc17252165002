/**
 * Chromium as users have it, for journeys that need more than the headless shell: that one keeps no pages in memory for
 * *Back*, and has no settings of a user.
 */
import { gatehouseTest } from "@gatehouse/testing";

const path = process.env.CHROMIUM_PATH;
export const wholeBrowser = path ? { executablePath: path } : {};

/** Playwright switches the back-forward cache off; users' browsers have it. */
export const testWithPagesInMemory = gatehouseTest.extend<object, object>({
  launchOptions: [
    async ({ launchOptions }, use) =>
      use({ ...launchOptions, ...wholeBrowser, ignoreDefaultArgs: ["--disable-back-forward-cache"] }),
    { scope: "worker" },
  ],
});
