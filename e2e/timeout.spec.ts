/** Timeouts of sessions. These tests move the hub's clock and so run alone. */
import {
  expect,
  expectSignedInOn,
  expectSignedOutEverywhere,
  fillSignInForm,
  signIn,
  gatehouseTest as test,
} from "@gatehouse/testing";

test("@clock after an idle timeout the sign-in page shows the reason and the username, and returns to the page", async ({
  page,
  people,
  sites,
  clock,
}) => {
  const person = await people.create();
  await signIn(page, person, { at: `${sites.bank}/accounts` });
  await page.getByRole("link", { name: /Current account/ }).click();
  await expect(page).toHaveURL(/\/accounts\/[^/]+$/);
  const address = page.url();

  await clock.advance("31m");
  await expectSignedOutEverywhere(page, [sites.bank]);
  await page.goto(address);

  await expect(page).toHaveURL(/\/cas\/login/);
  await expect(page.getByText("You were signed out after 30 minutes without activity.")).toBeVisible();
  await expect(page.getByLabel("Username or email")).toHaveValue(person.username);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(address);
  await expectSignedInOn(page, sites.bank, person);
});

test("@clock activity at one site keeps the session at the other", async ({ page, people, sites, clock }) => {
  const person = await people.create();
  await signIn(page, person, { at: sites.shop });
  await clock.advance("20m");
  await page.goto(`${sites.bank}/accounts`);
  await expect(page.getByRole("banner")).toContainText(person.name);
  await clock.advance("20m");
  await page.goto(`${sites.hub}/account`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(person.name);
  await expectSignedInOn(page, sites.shop, person);
});

test("@clock the session ends after a day despite activity", async ({ page, people, sites, clock }) => {
  const person = await people.create();
  await signIn(page, person, { at: sites.bank });
  const day = 24 * 60;
  for (let minutes = 29; minutes < day; minutes += 29) {
    await clock.advance("29m");
    await page.goto(`${sites.hub}/account`);
    await expect(page).toHaveURL(`${sites.hub}/account`);
  }
  await clock.advance("29m");
  await expectSignedOutEverywhere(page, [sites.bank]);
  await page.goto(`${sites.bank}/accounts`);
  await expect(page.getByText("You had been signed in for a long time")).toBeVisible();
  await fillSignInForm(page, person);
  await expect(page).toHaveURL(`${sites.bank}/accounts`);
});

test("@clock the basket is kept across a timeout and a new sign-in", async ({
  page,
  people,
  sites,
  clock,
}) => {
  const person = await people.create();
  await signIn(page, person, { at: sites.shop });
  await page.getByRole("button", { name: "Add Whole milk to basket" }).click();
  await expect(page.getByRole("link", { name: /Basket.*1 thing/ })).toBeVisible();

  await clock.advance("31m");
  await expectSignedOutEverywhere(page, [sites.shop]);
  await page.goto(`${sites.shop}/cart`);
  await expect(page.getByRole("main")).not.toContainText("Whole milk");
  await signIn(page, person, { at: `${sites.shop}/cart` });
  await expect(page.getByRole("main")).toContainText("Whole milk");
});
