/** A second step: one-time codes and recovery codes at sign-in, and before a large transfer at the bank. */
import {
  expect,
  expectSignedInOn,
  fillSignInForm,
  type Person,
  signIn,
  signOut,
  gatehouseTest as test,
} from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import { Secret, TOTP } from "otpauth";
import { recordNavigations } from "./record-navigations.ts";

/**
 * The code that an authenticator app shows.
 *
 * @param steps 1: of an app whose clock is 30 seconds ahead, which the hub accepts. Each step is accepted once, so the
 *   second code of a test is the next one.
 */
const codeOf = (secret: string, steps: 0 | 1 = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * 30_000 });

/** Reads the key of the page that sets up codes. It is folded beside the picture. */
async function readSecret(page: Page): Promise<string> {
  const text = await page.locator("#totp-secret").textContent();
  return String(text).replaceAll(" ", "");
}

/** Confirms the shown key with a first code. */
async function turnOnCodes(page: Page) {
  const secret = await readSecret(page);
  await page.getByLabel("Code from the app").fill(codeOf(secret));
  await page.getByRole("button", { name: "Turn on one-time codes" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Your recovery codes" })).toBeVisible();
  const recoveryCodes = await page.locator("#recovery-codes li").allTextContents();
  return { secret, recoveryCodes };
}

async function setUpCodes(page: Page, hub: string) {
  await page.goto(`${hub}/account/security`);
  await page.getByRole("link", { name: "Set up one-time codes" }).click();
  return turnOnCodes(page);
}

const secondStep = (page: Page) => page.getByRole("heading", { level: 1, name: "Confirm that it is you" });

/** Signs in at the shop until the second step is asked for. */
async function enterPasswordAtShop(page: Page, person: Person, shop: string): Promise<void> {
  await page.goto(`${shop}/api/auth/sign-in?returnTo=%2F`);
  await fillSignInForm(page, person);
  await expect(secondStep(page)).toBeVisible();
}

test("one-time codes are set up on a phone without JavaScript, and complete a sign-in at the shop", async ({
  browser,
  people,
  sites,
}) => {
  const person = await people.create();
  const context = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width: 360, height: 740 },
  });
  const page = await context.newPage();
  await signIn(page, person);
  const { secret, recoveryCodes } = await setUpCodes(page, sites.hub);
  expect(new Set(recoveryCodes).size).toBe(10);
  await page.getByRole("link", { name: "I have saved them" }).click();
  await expect(page.getByText("10 of 10 are left")).toBeVisible();
  await signOut(page);

  await enterPasswordAtShop(page, person, sites.shop);
  await page.getByLabel("Code from your authenticator app").fill("12 34 5");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("alert")).toContainText("You are not signed in yet");
  await page.getByLabel("Code from your authenticator app").fill(codeOf(secret, 1));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL((url) => url.origin === sites.shop);
  await expectSignedInOn(page, sites.shop, person);
  await context.close();
});

test("a recovery code replaces the second step once", async ({ page, people, sites }) => {
  const person = await people.create();
  await signIn(page, person);
  const { recoveryCodes } = await setUpCodes(page, sites.hub);
  const useRecoveryCode = async () => {
    await signOut(page);
    await enterPasswordAtShop(page, person, sites.shop);
    if (!(await page.getByLabel("Recovery code").isVisible()))
      await page.getByText("Use a recovery code instead").click();
    await page.getByLabel("Recovery code").fill(String(recoveryCodes[0]));
    await page.getByRole("button", { name: "Use this code" }).click();
  };

  await useRecoveryCode();
  await page.waitForURL((url) => url.origin === sites.shop);
  await expectSignedInOn(page, sites.shop, person);
  await page.goto(`${sites.hub}/account/security`);
  await expect(page.getByText("9 of 10 are left")).toBeVisible();

  await useRecoveryCode();
  await expect(page.getByRole("alert")).toContainText("You are not signed in yet");
});

/** Sends the form for €1,500.00 from savings. */
async function sendLargeTransfer(page: Page, bank: string): Promise<void> {
  await page.goto(`${bank}/transfer`);
  await expect(page.getByText("Transfers above €1,000.00 need a second step")).toBeVisible();
  await page.getByLabel("From", { exact: true }).selectOption({ index: 1 });
  await page.getByLabel("To", { exact: true }).selectOption({ index: 0 });
  await page.getByLabel("Amount in euros").fill("1,500");
  await page.getByLabel("Reference").fill("For the mast");
  await send(page);
}

const send = (page: Page) => page.getByRole("button", { name: "Move the money" }).click();

/** The browser is back at the form, which is as it was left; sending it moves the money. */
async function expectKeptTransfer(page: Page): Promise<void> {
  await expect(page.getByText("as you left it, and no money was moved yet")).toBeVisible();
  await expect(page.getByLabel("From", { exact: true })).toHaveValue(/^savings-/);
  await expect(page.getByLabel("Amount in euros")).toHaveValue("1,500");
  await expect(page.getByLabel("Reference")).toHaveValue("For the mast");
  await send(page);
  await expect(page.getByRole("heading", { level: 1, name: "€1,500.00 moved" })).toBeVisible();
}

test("a large transfer leads a user without a second step through setting one up, and back to the form", async ({
  browser,
  people,
  sites,
}) => {
  const person = await people.create();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, person, { at: `${sites.bank}/accounts` });
  const visited = recordNavigations(page);
  await sendLargeTransfer(page, sites.bank);

  await expect(page.getByText("needs more than your password for this")).toBeVisible();
  await turnOnCodes(page);
  await page.getByRole("link", { name: "I have saved them" }).click();
  await expectKeptTransfer(page);
  expect(visited.map(({ href }) => decodeURIComponent(href)).join("\n")).not.toMatch(/1,500|mast/);
  await context.close();
});

test("a large transfer asks a user with a second step for that alone", async ({ browser, people, sites }) => {
  const person = await people.create();
  const [here, elsewhere] = [await browser.newContext(), await browser.newContext()];
  const [page, other] = [await here.newPage(), await elsewhere.newPage()];
  await signIn(page, person, { at: `${sites.bank}/accounts` });
  await signIn(other, person);
  const { secret } = await setUpCodes(other, sites.hub);

  await sendLargeTransfer(page, sites.bank);
  await expect(secondStep(page)).toBeVisible();
  await expect(page.getByLabel("Password", { exact: true })).toHaveCount(0);
  await page.getByLabel("Code from your authenticator app").fill(codeOf(secret, 1));
  await page.getByRole("button", { name: "Continue" }).click();
  await expectKeptTransfer(page);
  await here.close();
  await elsewhere.close();
});
