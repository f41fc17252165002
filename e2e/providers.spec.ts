/** Sign-in with another provider, which is a second Gatehouse: connecting, signing in and up, disconnecting, an outage. */
import { expect, fillSignInForm, gatehouseTest as test } from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import { TwoHubs } from "./two-hubs.ts";

// In order, on the same two hubs: starting two takes longer than all of it.
test.describe.configure({ mode: "serial" });

const password = "seven green boats at noon";
const phone = { width: 360, height: 740 };
let hubs: TwoHubs;
test.beforeAll(async () => {
  test.setTimeout(120_000);
  hubs = await TwoHubs.start();
});
test.afterAll(() => hubs?.stop());

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

/** Signs in at the provider, whose form the button has led to. */
async function signInThere(page: Page, username: string): Promise<void> {
  await expect(page).toHaveURL((url) => url.origin === hubs.headOffice.origin);
  await expect(page.getByText("to continue to")).toContainText("Branch");
  await fillSignInForm(page, { username, password });
}

async function signInHere(page: Page, username: string): Promise<void> {
  await page.goto(`${hubs.hub.origin}/cas/login`);
  await fillSignInForm(page, { username, password });
  await expect(page).toHaveURL(`${hubs.hub.origin}/account`);
}

test("a user connects an account on the Security page, by signing in on both sides, and signs in with it", async ({
  page,
}) => {
  const { hub, headOffice } = hubs;
  await Promise.all([hub.createPerson("ada", password), headOffice.createPerson("ada.head", password)]);
  await signInHere(page, "ada");
  await page.goto(`${hub.origin}/account/security`);
  await press(page, "Connect Head Office");
  await signInThere(page, "ada.head");
  await expect(heading(page)).toHaveText("Connect Head Office?");
  const facts = page.locator("dl");
  await expect(facts).toContainText("ada.head");
  await page.goto(`${hub.origin}/account/security`);
  await expect(page.getByText("Not connected.")).toBeVisible();
  await page.goBack();
  await press(page, "Connect Head Office");
  await expect(page).toHaveURL(`${hub.origin}/account/security`);
  await expect(page.getByRole("status")).toContainText("Head Office is connected.");

  await page.goto(`${hub.origin}/cas/logout`);
  await page.goto(`${hub.origin}/cas/login`);
  // Still signed in at the provider.
  await press(page, "Continue with Head Office");
  await expect(page).toHaveURL(`${hub.origin}/account`);
  await expect(heading(page)).toHaveText("ada");
});

test("where a fresh sign-in is needed, the provider asks the user again", async ({ page }) => {
  const { hub, headOffice } = hubs;
  await page.goto(`${hub.origin}/cas/login`);
  await press(page, "Continue with Head Office");
  await signInThere(page, "ada.head");
  await expect(page).toHaveURL(`${hub.origin}/account`);
  await page.goto(
    `${hub.origin}/cas/login?${new URLSearchParams({ renew: "true", return: "/account/security" })}`,
  );
  await press(page, "Continue with Head Office");
  await expect(page).toHaveURL((url) => url.origin === headOffice.origin);
  await fillSignInForm(page, { username: "ada.head", password });
  await expect(page).toHaveURL(`${hub.origin}/account/security`);
});

test("an account that is not connected is connected by an ordinary sign-in, and disconnected again", async ({
  page,
}) => {
  const { hub, headOffice } = hubs;
  await Promise.all([hub.createPerson("bea", password), headOffice.createPerson("bea.head", password)]);
  await page.goto(`${hub.origin}/cas/login`);
  await press(page, "Continue with Head Office");
  await signInThere(page, "bea.head");
  await expect(heading(page)).toHaveText("Connect Head Office");
  await page.getByRole("link", { name: "Sign in and connect Head Office" }).click();
  await fillSignInForm(page, { username: "bea", password });
  await expect(heading(page)).toHaveText("Connect Head Office?");
  await press(page, "Connect Head Office");
  await expect(page.getByRole("status")).toContainText("Head Office is connected.");
  await page
    .getByText(/^Disconnect/)
    .first()
    .click();
  await press(page, "Disconnect Head Office");
  await expect(page.getByRole("status")).toContainText("Head Office is disconnected.");
  await page.goto(`${hub.origin}/cas/logout`);
  await page.goto(`${hub.origin}/cas/login`);
  await press(page, "Continue with Head Office");
  await expect(heading(page)).toHaveText("Connect Head Office");
});

test("a new user signs up with the provider on a phone without JavaScript, and keeps this only way in", async ({
  browser,
}) => {
  const { hub, headOffice } = hubs;
  await headOffice.createPerson("cleo", password, { name: "Cleo Example" });
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: phone });
  const page = await context.newPage();
  await page.goto(`${hub.origin}/cas/login`);
  await press(page, "Continue with Head Office");
  await signInThere(page, "cleo");
  await page.getByRole("link", { name: "Create an account" }).click();
  // The hub does not take the provider's word for the address.
  await expect(page.getByLabel("Email")).toHaveValue("cleo@example.com");
  await press(page, "Send me a link");
  await expect(heading(page)).toHaveText("Check your mail");
  await page.goto(await hub.readMailedLink("cleo@example.com"));
  await press(page, "Use Head Office instead of a password");
  // Still signed in there.
  await expect(page.getByLabel("Your name")).toHaveValue("Cleo Example");
  await expect(page.getByLabel("Username")).toHaveValue("cleo");
  await expect(page.getByLabel("Password", { exact: true })).toHaveCount(0);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(phone.width);
  await press(page, "Create your account");
  await expect(page).toHaveURL(`${hub.origin}/account`);
  await expect(heading(page)).toHaveText("Cleo Example");

  await page.goto(`${hub.origin}/account/security`);
  await page
    .getByText(/^Disconnect/)
    .first()
    .click();
  await press(page, "Disconnect Head Office");
  await expect(heading(page)).toHaveText("Your only way to sign in");
  await page.getByRole("link", { name: "Go to Security" }).click();
  await expect(page.getByText("cleo", { exact: true })).toBeVisible();
  await context.close();
});

test("while the provider is down, its button says so, and everything else works", async ({ page }) => {
  const { hub, headOffice } = hubs;
  await page.goto(`${hub.origin}/cas/login`);
  await headOffice.stop();
  await press(page, "Continue with Head Office");
  await expect(heading(page)).toHaveText("Head Office does not answer");
  await expect(page.getByRole("main")).toContainText("Try again later, or sign in here in another way.");
  await page.getByRole("link", { name: "Back to sign in" }).click();
  await fillSignInForm(page, { username: "ada", password });
  await expect(page).toHaveURL(`${hub.origin}/account`);
  await page.goto(`${hub.origin}/account/security`);
  await expect(page.getByText("ada.head")).toBeVisible();
});
