/** A sign-in page that was left open, bookmarked or revisited still leads to the site and keeps the typed text. */
import { expect, expectSignedInOn, fillSignInForm, signIn, gatehouseTest as test } from "@gatehouse/testing";

for (const site of ["shop", "bank"] as const) {
  const how = site === "shop" ? "CAS" : "OpenID Connect";

  test(`@clock a form that was open overnight leads to the site (${how})`, async ({
    page,
    people,
    sites,
    clock,
  }) => {
    const person = await people.create();
    await page.goto(`${sites[site]}/api/auth/sign-in?returnTo=%2F`);
    await page.getByLabel("Username or email").fill(person.username);
    await clock.advance("9h");
    await fillSignInForm(page, person);
    await expect(page.getByRole("alert")).toContainText("The page stood open for too long");
    await expect(page.getByLabel("Username or email")).toHaveValue(person.username);
    await page.getByLabel("Password", { exact: true }).fill(person.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL((url) => url.origin === sites[site]);
  });

  test(`a form whose cookies were cleared leads to the site (${how})`, async ({ page, people, sites }) => {
    const person = await people.create();
    await page.goto(`${sites[site]}/api/auth/sign-in?returnTo=%2F`);
    await page.context().clearCookies({ domain: new URL(sites.hub).hostname });
    await fillSignInForm(page, person);
    await expect(page.getByRole("alert")).toContainText("Signing in needs cookies");
    await expect(page.getByLabel("Username or email")).toHaveValue(person.username);
    await page.getByLabel("Password", { exact: true }).fill(person.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL((url) => url.origin === sites[site]);
    await expectSignedInOn(page, sites[site], person);
  });

  test(`a bookmarked sign-in page in another browser leads to the site (${how})`, async ({
    page,
    browser,
    people,
    sites,
  }) => {
    const person = await people.create();
    await page.goto(`${sites[site]}/api/auth/sign-in?returnTo=%2F`);
    const bookmark = page.url();
    expect(new URL(bookmark).origin).toBe(sites.hub);
    const context = await browser.newContext();
    const other = await context.newPage();
    await other.goto(bookmark);
    await fillSignInForm(other, person);
    await other.waitForURL((url) => url.origin === sites[site]);
    await context.close();
  });
}

test("Back to the sign-in page after signing in continues, or says how to", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  await page.goto(`${sites.bank}/api/auth/sign-in?returnTo=%2F`);
  const form = page.url();
  await fillSignInForm(page, person);
  await page.waitForURL((url) => url.origin === sites.bank);
  await page.goto(form);
  await expect(page.getByRole("main")).toContainText(`You are signed in as ${person.name}.`);
  await page.getByRole("link", { name: "Continue to Harbour Bank" }).click();
  await page.waitForURL((url) => url.origin === sites.bank);
});

test("@clock the app-password form is filled in again after the idle timeout", async ({
  page,
  people,
  sites,
  clock,
}) => {
  const person = await people.create();
  await signIn(page, person);
  await page.goto(`${sites.hub}/account/app-passwords/new`);
  await page.getByLabel("Name").fill("Backup of the laptop");
  await page.getByLabel("See who you are").check();
  await page.getByLabel("For how long").selectOption("90 days");
  await clock.advance("31m");
  await page.getByRole("button", { name: "Make the app password" }).click();
  await expect(page.getByText("You were signed out after 30 minutes without activity.")).toBeVisible();
  await fillSignInForm(page, person);
  await expect(page.getByLabel("Name")).toHaveValue("Backup of the laptop");
  await expect(page.getByLabel("See who you are")).toBeChecked();
  await page.getByRole("button", { name: "Make the app password" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your new app password");
});
