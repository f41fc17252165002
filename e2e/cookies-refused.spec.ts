/** A browser without cookies: no redirect loop, and a page that explains it. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, fillSignInForm, gatehouseTest } from "@gatehouse/testing";
import { chromium, type Page } from "@playwright/test";
import { recordNavigations } from "./record-navigations.ts";
import { wholeBrowser } from "./whole-browser.ts";

/** Chromium's number for "block". */
const block = 2;

/** A browser whose settings refuse all cookies: a preference of the profile, because Playwright has no option for it. */
const test = gatehouseTest.extend<{ readonly pageWithoutCookies: Page }>({
  pageWithoutCookies: async ({ browserFaults }, use, { project }) => {
    const profile = await mkdtemp(join(tmpdir(), "gatehouse-no-cookies-"));
    const preferences = { profile: { default_content_setting_values: { cookies: block } } };
    await mkdir(join(profile, "Default"));
    await writeFile(join(profile, "Default", "Preferences"), JSON.stringify(preferences));
    const context = await chromium.launchPersistentContext(profile, {
      ...project.use.launchOptions,
      ...wholeBrowser,
    });
    browserFaults.watch(context);
    browserFaults.expect("blocked cookie", "UserPreferences");
    await use(await context.newPage());
    await context.close();
    await rm(profile, { recursive: true, force: true });
  },
});

test("pages open, after one redirect through the hub each", async ({ pageWithoutCookies: page, sites }) => {
  const visited = recordNavigations(page);
  for (const site of [sites.shop, sites.bank]) {
    visited.length = 0;
    await page.goto(site);
    await expect(page.getByRole("link", { name: /^Sign in/ }).first()).toBeVisible();
    expect(new URL(page.url()).origin).toBe(site);
    expect(visited.filter(({ origin }) => origin === sites.hub)).toHaveLength(1);
    expect(visited.length).toBeLessThanOrEqual(5);
  }
  expect(await page.context().cookies()).toEqual([]);
});

test("sign-in ends with a sentence about cookies", async ({ pageWithoutCookies: page, people, sites }) => {
  const person = await people.create();
  await page.goto(`${sites.shop}/checkout`);
  await expect(page).toHaveURL(/\/cas\/login/);
  const visited = recordNavigations(page);
  await fillSignInForm(page, person);
  await expect(page.getByRole("main")).toContainText("Signing in needs cookies");
  expect(visited).toHaveLength(1);
});
