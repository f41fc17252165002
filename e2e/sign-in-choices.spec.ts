/** Choices of users: to stay signed in, and to be asked before another site learns who they are. */
import {
  expect,
  expectSignedInOn,
  expectSignedOutOn,
  fillSignInForm,
  type Person,
  gatehouseTest as test,
} from "@gatehouse/testing";
import type { Page } from "@playwright/test";

async function signInWith(page: Page, hub: string, person: Person, box?: string): Promise<void> {
  await page.goto(`${hub}/cas/login`);
  await page.getByLabel("Username or email").fill(person.username);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  if (box !== undefined) await page.getByLabel(box).check();
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`${hub}/account`);
}
const remember = "Keep me signed in on this browser";

async function askFirst(page: Page, hub: string): Promise<void> {
  await page.goto(`${hub}/account/sessions`);
  await page.getByRole("button", { name: "Ask me first" }).click();
  await expect(page.getByRole("status")).toContainText("only after asking you");
}

test("the sign-in page has one box, which is not ticked initially", async ({ page, sites }) => {
  await page.goto(`${sites.hub}/cas/login`);
  await expect(page.getByRole("checkbox")).toHaveCount(1);
  await expect(page.getByLabel(remember)).not.toBeChecked();
});

test("keep me signed in: the session survives a restart of the browser", async ({
  browser,
  people,
  sites,
}) => {
  const person = await people.create();
  const before = await browser.newContext();
  await signInWith(await before.newPage(), sites.hub, person, remember);
  const { cookies } = await before.storageState();
  await before.close();
  // A browser keeps only cookies with an expiry date when it is closed.
  const kept = cookies.filter(({ expires }) => expires > 0);
  const after = await browser.newContext({ storageState: { cookies: kept, origins: [] } });
  const page = await after.newPage();
  await page.goto(`${sites.hub}/account`);
  await expect(page).toHaveURL(`${sites.hub}/account`);
  await page.goto(`${sites.shop}/`);
  await expectSignedInOn(page, sites.shop, person);
  await after.close();
});

test("ask me before: a site learns who the user is only after their confirmation", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  await signInWith(page, sites.hub, person);
  await askFirst(page, sites.hub);
  // A new sign-in in this browser keeps the setting.
  await page.goto(`${sites.hub}/cas/login?renew=true`);
  await fillSignInForm(page, person);
  await page.waitForURL(`${sites.hub}/account`);

  await page.goto(`${sites.shop}/products/dark-chocolate`);
  await expect(page).toHaveTitle(/Sign in to Corner Shop\?/);
  await page.getByRole("link", { name: "Not now" }).click();
  await expect(page).toHaveURL(`${sites.shop}/products/dark-chocolate`);
  await expectSignedOutOn(page, sites.shop);

  // Recognition (prompt=none) does not ask the user; a page that requires a sign-in does.
  await page.goto(`${sites.bank}/accounts`);
  await expect(page.getByText("The page you want is for people that Harbour Bank knows")).toBeVisible();
  await page.getByRole("link", { name: "Not now" }).click();
  await expect(page).toHaveURL(`${sites.bank}/`);

  await page.goto(`${sites.bank}/accounts`);
  await page.getByRole("button", { name: "Continue to Harbour Bank" }).click();
  await expect(page).toHaveURL(`${sites.bank}/accounts`);
  await expectSignedInOn(page, sites.bank, person);

  // The account page can undo it.
  await page.goto(`${sites.hub}/account/sessions`);
  await page.getByRole("button", { name: "Stop asking" }).click();
  await expect(page.getByRole("status")).toContainText("without asking you first");
  await page.goto(sites.shop);
  await expectSignedInOn(page, sites.shop, person);
});

test("ask me before: also without JavaScript", async ({ browser, people, sites }) => {
  const person = await people.create();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signInWith(page, sites.hub, person);
  await askFirst(page, sites.hub);
  await page.goto(`${sites.bank}/accounts`);
  await page.getByRole("button", { name: "Continue to Harbour Bank" }).click();
  await expect(page).toHaveURL(`${sites.bank}/accounts`);
  await context.close();
});
