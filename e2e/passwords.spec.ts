/** Passwords: changed on the account, and replaced at the sign-in if an operator set them. */
import { expect, expectSignedInOn, fillSignInForm, signIn, gatehouseTest as test } from "@gatehouse/testing";

const chosen = "seven yellow submarines";
const phone = { width: 360, height: 740 };

for (const javaScriptEnabled of [true, false]) {
  test(`a user changes the password on a small phone and is signed out elsewhere, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
    browser,
    people,
    sites,
  }) => {
    const person = await people.create();
    const elsewhere = await browser.newContext();
    const other = await elsewhere.newPage();
    await signIn(other, person);
    const context = await browser.newContext({ javaScriptEnabled, viewport: phone });
    const page = await context.newPage();
    await signIn(page, person);

    await page.goto(`${sites.hub}/account/security`);
    await page.getByRole("link", { name: "Change your password" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Change your password");
    await page.getByLabel("Current password", { exact: true }).fill(person.password);
    await page.getByLabel("New password", { exact: true }).fill("passwordpassword");
    await page.getByRole("button", { name: "Change my password" }).click();
    await expect(page).toHaveTitle(/^Error: /);
    await expect(page.getByRole("alert")).toContainText("one of the first that an attacker would try");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(phone.width);

    await page.getByLabel("Current password", { exact: true }).fill(person.password);
    await page.getByLabel("New password", { exact: true }).fill(chosen);
    const strength = page.getByText("Long and varied").first();
    if (javaScriptEnabled) await expect(strength).toBeVisible();
    await page.getByRole("button", { name: "Change my password" }).click();
    await expect(page).toHaveURL(`${sites.hub}/account/security`);
    await expect(page.getByRole("status")).toContainText("Your password is changed.");

    await other.goto(`${sites.hub}/account`);
    await expect(other.getByText("because your password was changed")).toBeVisible();
    await fillSignInForm(other, { ...person, password: chosen });
    await expect(other).toHaveURL(`${sites.hub}/account`);
    await context.close();
    await elsewhere.close();
  });

  test(`a password that an operator set is replaced on the way to the site, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
    browser,
    people,
    sites,
  }) => {
    const person = await people.create({ mustChangePassword: true });
    const context = await browser.newContext({ javaScriptEnabled, viewport: phone });
    const page = await context.newPage();
    await page.goto(`${sites.bank}/accounts`);
    await fillSignInForm(page, person);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Choose a new password");
    await expect(page.getByText("An operator set your password")).toBeVisible();
    await page.getByLabel("New password", { exact: true }).fill("too short");
    await page.getByRole("button", { name: "Save it and sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("Use at least 15 characters.");
    await page.getByLabel("New password", { exact: true }).fill(chosen);
    await page.getByRole("button", { name: "Save it and sign in" }).click();
    await expect(page).toHaveURL(`${sites.bank}/accounts`);
    await expectSignedInOn(page, sites.bank, person);
    await context.close();
  });
}
