/** The promise: one sign-in for all sites. */
import { expect, expectSignedInOn, fillSignInForm, gatehouseTest as test } from "@gatehouse/testing";

test("a user signs in once at the shop and is recognised at the bank", async ({ page, people, sites }) => {
  const person = await people.create();

  await page.goto(sites.shop);
  await page.getByRole("link", { name: "Sign in" }).click();
  await expect(page).toHaveTitle(/^Sign in/);
  await expect(page.getByText("to continue to")).toContainText(
    `Corner Shop · ${new URL(sites.shop).hostname}`,
  );
  await fillSignInForm(page, person);

  await expect(page).toHaveURL(`${sites.shop}/`);
  await expect(page.getByRole("banner")).toContainText(person.name);
  await expectSignedInOn(page, sites.shop, person);

  await page.goto(`${sites.bank}/accounts`);
  await expect(page).toHaveURL(`${sites.bank}/accounts`);
  await expect(page.getByRole("heading", { name: "Your accounts" })).toBeVisible();
  await expect(page.getByRole("banner")).toContainText(person.name);
  await expectSignedInOn(page, sites.bank, person);
});
