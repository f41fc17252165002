/** New users who choose a passkey instead of a password, on a phone, with an authenticator that the browser simulates. */
import { randomBytes } from "node:crypto";
import { expect, readMails, signOut, gatehouseTest as test } from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import { Authenticator } from "./authenticator.ts";

const phone = { viewport: { width: 360, height: 740 } };
const usePasskey = (page: Page) => page.getByRole("button", { name: "Use a passkey instead" });
const newName = () => `dora-${randomBytes(4).toString("hex")}`;

async function mailedLink(recipient: string): Promise<string> {
  const link = (await readMails(recipient)).find((mail) => mail.link?.includes("?link="))?.link;
  if (!link) throw new Error(`no mail with a link to ${recipient}`);
  return link;
}

async function expectFits(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
}

/** Comes from the shop, and opens the mailed link. */
async function openSignUp(page: Page, shop: string, email: string): Promise<void> {
  await page.goto(shop);
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();
  await page.goto(await mailedLink(email));
}

test("a new user chooses a passkey, saves the recovery codes, arrives at the shop, and signs in with it later", async ({
  browser,
  sites,
}) => {
  const context = await browser.newContext(phone);
  const page = await context.newPage();
  const username = newName();
  await openSignUp(page, sites.shop, `${username}@example.com`);
  await page.getByLabel("Username").fill(username);
  await usePasskey(page).click();
  await expect(page).toHaveTitle(/^Error: /);
  await expect(page.getByRole("alert")).toBeFocused();
  await page.getByLabel("Your name").fill("Dora Example");
  await expectFits(page);
  await usePasskey(page).click();

  // The user first goes back to a password, then does not verify at the authenticator.
  await expect(page.getByRole("heading", { name: "Create your passkey" })).toBeVisible();
  await expectFits(page);
  await page.getByRole("button", { name: "Choose a password instead" }).click();
  await expect(page.getByLabel("Your name")).toHaveValue("Dora Example");
  await usePasskey(page).click();
  const authenticator = await Authenticator.of(page);
  await authenticator.verifyUser(false);
  const create = page.getByRole("button", { name: "Create a passkey" });
  await create.click();
  await expect(page.getByText("No passkey was added.")).toBeVisible();
  await authenticator.verifyUser(true);
  await create.click();

  await expect(page.getByRole("heading", { name: "Your recovery codes" })).toBeVisible();
  await expect(page.locator("#recovery-codes").getByRole("listitem")).toHaveCount(10);
  await expectFits(page);
  await page.getByRole("link", { name: "I have saved them" }).click();
  await page.waitForURL((url) => url.origin === sites.shop);
  await expect(page.getByRole("banner")).toContainText("Dora Example");

  await page.goto(`${sites.hub}/account/security`);
  await expect(page.getByRole("main")).toContainText("10 of 10 are left");
  await signOut(page);
  // The simulated authenticator chooses its suggestion by itself.
  await page.goto(`${sites.shop}/api/auth/sign-in?returnTo=%2F`);
  await page.waitForURL((url) => url.origin === sites.shop);
  await expect(page.getByRole("banner")).toContainText("Dora Example");
  await context.close();
});

test("without JavaScript there is no such choice, and a password makes the account", async ({
  browser,
  sites,
}) => {
  const context = await browser.newContext({ ...phone, javaScriptEnabled: false });
  const page = await context.newPage();
  const username = newName();
  await openSignUp(page, sites.shop, `${username}@example.com`);
  await expect(page.getByRole("button", { name: "Create your account" })).toBeVisible();
  await expect(usePasskey(page)).toBeHidden();
  await page.getByLabel("Your name").fill("Dora Example");
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password", { exact: true }).fill("seven green boats at noon");
  // Enter presses the button of the password, which is the first.
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.origin === sites.shop);
  await expect(page.getByRole("banner")).toContainText("Dora Example");
  await context.close();
});
