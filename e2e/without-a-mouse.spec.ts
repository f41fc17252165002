/** Sign-in and sign-out by keyboard alone, and without JavaScript. */
import {
  expect,
  expectSignedInOn,
  expectSignedOutEverywhere,
  fillSignInForm,
  gatehouseTest as test,
} from "@gatehouse/testing";
import type { Locator, Page } from "@playwright/test";

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const patience = 60;
  for (let presses = 0; presses < patience; presses += 1) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab does not lead to ${target}.`);
}

test("sign-in and sign-out with the keyboard alone", async ({ page, people, sites }) => {
  const person = await people.create();
  await page.goto(sites.shop);
  await tabTo(page, page.getByRole("link", { name: "Sign in" }));
  await page.keyboard.press("Enter");

  await expect(page).toHaveURL(/\/cas\/login/);
  await tabTo(page, page.getByLabel("Username or email"));
  await page.keyboard.type(person.username);
  await tabTo(page, page.getByLabel("Password", { exact: true }));
  await page.keyboard.type(person.password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${sites.shop}/`);
  await expectSignedInOn(page, sites.shop, person);

  await tabTo(page, page.getByRole("button", { name: "Sign out" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  await expectSignedOutEverywhere(page, [sites.shop]);
});

test("the account's menu leads to the page that ends everything, with the keyboard alone", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  await page.goto(`${sites.hub}/account`);
  await fillSignInForm(page, person);
  await expect(page).toHaveURL(`${sites.hub}/account`);
  await tabTo(page, page.getByRole("link", { name: "Where you are signed in" }));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${sites.hub}/account/sessions`);
  await tabTo(page, page.locator("summary", { hasText: "Sign out everywhere" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: "Sign out everywhere now" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  await page.goto(`${sites.hub}/account`);
  await expect(page).toHaveURL(/\/cas\/login/);
});

for (const javaScriptEnabled of [true, false]) {
  test(`a device is allowed with the keyboard alone, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
    browser,
    people,
    sites,
  }) => {
    const person = await people.create();
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    const form = { client_id: "budget", scope: "openid accounts.read", resource: `${sites.bank}/api` };
    const begun = await page.request.post(`${sites.hub}/oidc/device/auth`, { form });
    const { user_code: code } = (await begun.json()) as { user_code: string };
    await page.goto(`${sites.hub}/oidc/device`);
    await fillSignInForm(page, person);
    await page.waitForURL(`${sites.hub}/oidc/device`);

    await tabTo(page, page.getByLabel("Code"));
    await page.keyboard.type(code.toLowerCase());
    await page.keyboard.press("Enter");
    const box = page.getByRole("checkbox", { name: /see your accounts/i });
    await expect(box).toBeChecked();
    // In reading order: the request, then the answer.
    await tabTo(page, box);
    await tabTo(page, page.getByRole("button", { name: "Allow", exact: true }));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Allowed on your device" })).toBeVisible();
    await context.close();
  });
}

test("without JavaScript: wrong password, sign-in, account, sign-out", async ({ browser, people, sites }) => {
  const person = await people.create();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${sites.bank}/accounts`);
  await fillSignInForm(page, { ...person, password: "not the password" });
  await expect(page).toHaveTitle(/^Error/);
  await expect(page.getByRole("alert")).toBeVisible();
  await fillSignInForm(page, person);
  await expect(page).toHaveURL(`${sites.bank}/accounts`);
  await expectSignedInOn(page, sites.bank, person);

  await page.goto(sites.shop);
  await page.getByRole("button", { name: "Add Ground coffee to basket" }).click();
  await expect(page.getByRole("status")).toContainText("Ground coffee");

  await page.goto(`${sites.hub}/account`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(person.name);
  await page.getByRole("link", { name: "Where you are signed in" }).click();
  await page.locator("summary", { hasText: "Sign out everywhere" }).click();
  await expect(page.getByRole("button", { name: "Sign out everywhere now" })).toBeVisible();
  await page.getByRole("banner").getByRole("link", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  await expectSignedOutEverywhere(page, [sites.shop, sites.bank]);
  await context.close();
});
