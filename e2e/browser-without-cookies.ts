import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gatehouseTest } from "@gatehouse/testing";
import { chromium, type Page } from "@playwright/test";

/** Chromium's number for "block". */
const block = 2;

/** A browser whose settings refuse all cookies. No call of Playwright does that: it is a preference of a profile. */
export const testWithoutCookies = gatehouseTest.extend<{ readonly pageWithoutCookies: Page }>({
  pageWithoutCookies: async ({ browserFaults }, use, { project }) => {
    const profile = await mkdtemp(join(tmpdir(), "gatehouse-no-cookies-"));
    const preferences = { profile: { default_content_setting_values: { cookies: block } } };
    await mkdir(join(profile, "Default"));
    await writeFile(join(profile, "Default", "Preferences"), JSON.stringify(preferences));
    const context = await chromium.launchPersistentContext(profile, project.use.launchOptions ?? {});
    browserFaults.watch(context);
    browserFaults.expect("blocked cookie", "UserPreferences");
    await use(await context.newPage());
    await context.close();
    await rm(profile, { recursive: true, force: true });
  },
});
