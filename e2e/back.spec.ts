/** *Back* shows no private page, in a browser that keeps pages in memory as users' browsers do. */
import {
  expect,
  expectSignedInOn,
  expectSignedOutOn,
  fillSignInForm,
  type Person,
  type Sites,
  signIn,
  signOut,
} from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import { testWithPagesInMemory as test } from "./whole-browser.ts";

/** Pages of one user, with the user's name in the bar. */
const privatePages = [
  { site: "bank", path: "/accounts", other: "shop" },
  { site: "shop", path: "/checkout", other: "bank" },
] as const;
type Site = (typeof privatePages)[number]["site"];

/** Opens the page, which stays in the browser's memory after the next navigation. */
async function openPrivatePage(page: Page, person: Person, address: string): Promise<void> {
  await signIn(page, person, { at: `${new URL(address).origin}/` });
  await page.goto(address);
  await expect(page.getByRole("banner")).toContainText(person.name);
}

/**
 * A page that comes back from memory has no load event to wait for. While Chromium exchanges two such pages it has no
 * active page for an instant, and does not go anywhere. A page that redirects as it comes back aborts the step, after it
 * was taken.
 */
async function goBack(page: Page): Promise<void> {
  try {
    await page.goBack({ waitUntil: "commit" });
  } catch (error) {
    const { message } = error as Error;
    await page.waitForLoadState("domcontentloaded");
    if (message.includes("Not attached to an active page")) await page.goBack({ waitUntil: "commit" });
    else if (!message.includes("ERR_ABORTED")) throw error;
  }
}

/** Goes back through the whole history. */
async function expectBackShowsNothingOf(page: Page, person: Person): Promise<void> {
  for (const step of ["first", "second", "third"]) {
    await goBack(page);
    await expect(page.locator("body"), `${step} Back`).toContainText(/\w/);
    await expect(page.locator("body"), `${step} Back`).not.toContainText(person.name);
    await expect(page.locator("body"), `${step} Back`).not.toContainText("with us.");
  }
}

async function signOutAt(page: Page, site: Site, sites: Sites): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(`${sites[site]}/`);
}

for (const { site, path, other } of privatePages) {
  test(`at the ${site}, a private page is restored from memory while its user is signed in, and hidden until that is confirmed`, async ({
    page,
    people,
    sites,
  }) => {
    const person = await people.create();
    await openPrivatePage(page, person, sites[site] + path);
    await page.evaluate(() => {
      const noted = Object.assign(window, { opacityAtFirst: "none" });
      addEventListener("pageshow", () => {
        noted.opacityAtFirst = getComputedStyle(document.documentElement).opacity;
      });
    });
    await page.goto(`${sites[site]}/`);
    await goBack(page);
    await expect(page).toHaveURL(sites[site] + path);
    await expect(page.locator("html")).toHaveCSS("opacity", "1");
    await expect(page.getByRole("banner")).toContainText(person.name);
    expect(await page.evaluate(() => "opacityAtFirst" in window && window.opacityAtFirst)).toBe("0");
  });

  test(`at the ${site}, after signing out here`, async ({ page, people, sites }) => {
    const person = await people.create();
    await openPrivatePage(page, person, sites[site] + path);
    await signOutAt(page, site, sites);
    await expectBackShowsNothingOf(page, person);
  });

  for (const javaScriptEnabled of [true, false])
    test(`at the ${site}, Back after a sign-out here leads to a page that says so, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
      browser,
      people,
      sites,
    }) => {
      const person = await people.create();
      const context = await browser.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      await openPrivatePage(page, person, sites[site] + path);
      await signOutAt(page, site, sites);
      await goBack(page);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("You signed out");
      await expect(page.locator("body")).not.toContainText(person.name);
      await page.getByRole("link", { name: "Sign in" }).click();
      await fillSignInForm(page, person);
      await expect(page).toHaveURL(sites[site] + path);
      await context.close();
    });

  test(`at the ${site}, after signing out here, without JavaScript`, async ({ browser, people, sites }) => {
    const person = await people.create();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await openPrivatePage(page, person, sites[site] + path);
    await signOutAt(page, site, sites);
    await expectBackShowsNothingOf(page, person);
    await context.close();
  });

  test(`at the ${site}, after signing out at the hub in the same tab`, async ({ page, people, sites }) => {
    const person = await people.create();
    await openPrivatePage(page, person, sites[site] + path);
    await signOut(page);
    await expectSignedOutOn(page, sites[site]);
    await expectBackShowsNothingOf(page, person);
  });

  test(`at the ${site}, after signing out at the ${other} in another tab`, async ({
    page,
    people,
    sites,
  }) => {
    const person = await people.create();
    await openPrivatePage(page, person, sites[site] + path);
    await page.goto(`${sites[site]}/`);
    const tab = await page.context().newPage();
    await tab.goto(`${sites[other]}/`);
    await expectSignedInOn(tab, sites[other], person);
    await signOutAt(tab, other, sites);
    await expectSignedOutOn(page, sites[site]);
    await expectBackShowsNothingOf(page, person);
  });

  test(`at the ${site}, after another user signed in in another tab`, async ({ page, people, sites }) => {
    const [alice, bob] = [await people.create(), await people.create()];
    await openPrivatePage(page, alice, sites[site] + path);
    await page.goto(`${sites[site]}/`);
    const tab = await page.context().newPage();
    await signOut(tab);
    await signIn(tab, bob, { at: `${sites[site]}/` });
    await goBack(page);
    await expect(page.getByRole("banner")).toContainText(bob.name);
    await expect(page).toHaveURL(sites[site] + path);
    await expect(page.locator("body")).not.toContainText(alice.name);
  });
}

test("a page without a user, left for a sign-in elsewhere, shows the user after Back", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  await page.goto(`${sites.shop}/`);
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  const before = await page.evaluate(() => history.length);
  await signIn(page, person, { at: `${sites.bank}/accounts` });
  // In one step, because the hub's form in between redirects forward again.
  const steps = (await page.evaluate(() => history.length)) - before;
  // After the call has returned, because the navigation destroys the page that would return it.
  await page.evaluate((steps) => void setTimeout(() => history.go(-steps)), steps);
  await expect(page).toHaveURL(`${sites.shop}/`);
  await expect(page.getByRole("banner")).toContainText(person.name);
});
