/** App passwords: created, shown and revoked on the account page, used by a program. */
import { expect, type Person, type Sites, signIn, gatehouseTest as test } from "@gatehouse/testing";
import type { Page } from "@playwright/test";

const section = (page: Page) => page.getByRole("region", { name: "App passwords" });

/** A request like `curl -u user:password`. */
async function ask({ hub }: Sites, { username }: Person, password: string): Promise<Response> {
  const token68 = Buffer.from(`${username}:${password}`).toString("base64");
  return fetch(new URL("/api/v1/me", hub), { headers: { authorization: `Basic ${token68}` } });
}

/** @returns the secret, which the page shows once */
async function makeAppPassword(page: Page, { hub }: Sites, name: string): Promise<string> {
  await page.goto(`${hub}/account/apps`);
  await section(page).getByRole("link", { name: "Make an app password" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("See who you are").check();
  await page.getByLabel("For how long").selectOption("90 days");
  await page.getByRole("button", { name: "Make the app password" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your new app password");
  return (await page.locator("code").textContent()) ?? "";
}

for (const javaScriptEnabled of [true, false]) {
  test(`an app password is created, used by a program, listed with its use, and refused after its revocation, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
    browser,
    people,
    sites,
  }) => {
    const person = await people.create();
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await signIn(page, person);
    await page.goto(`${sites.hub}/account/apps`);
    await expect(section(page)).toContainText("You have none.");

    const secret = await makeAppPassword(page, sites, "Backup of the laptop");
    await page.getByRole("link", { name: "I have copied it" }).click();
    const row = section(page).getByRole("listitem").filter({ hasText: "Backup of the laptop" });
    await expect(row).toContainText("It may see who you are.");
    await expect(row).toContainText("never used");
    await expect(page.locator("body")).not.toContainText(secret);

    const used = await ask(sites, person, secret);
    expect(used.status).toBe(200);
    expect(await used.json()).toMatchObject({ user: person.username, scopes: ["account.read"] });
    await page.reload();
    await expect(row).toContainText("last used just now");

    await row.getByText(/^Revoke:/).click();
    await row.getByRole("button", { name: /^Revoke/ }).click();
    await expect(page.getByRole("status")).toContainText("Backup of the laptop is revoked.");
    await expect(section(page)).toContainText("You have none.");
    const refused = await ask(sites, person, secret);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe(
      'Basic realm="gatehouse", charset="UTF-8", Bearer realm="gatehouse"',
    );
    await context.close();
  });
}

test("an incomplete form names what is missing, and keeps the rest", async ({ page, people, sites }) => {
  await signIn(page, await people.create());
  await page.goto(`${sites.hub}/account/app-passwords/new`);
  await page.getByLabel("See your accounts at Harbour Bank").check();
  await page.getByRole("button", { name: "Make the app password" }).click();
  await expect(page).toHaveTitle(/^Error: /);
  await expect(page.getByRole("alert")).toBeFocused();
  await page.getByRole("alert").getByRole("link", { name: "Enter a name" }).click();
  await expect(page.getByLabel("Name")).toBeFocused();
  await expect(page.getByLabel("See your accounts at Harbour Bank")).toBeChecked();
});

test("reloading the answer creates no second one", async ({ page, people, sites }) => {
  await signIn(page, await people.create());
  await makeAppPassword(page, sites, "Once");
  await page.reload();
  await expect(page.getByRole("status")).toContainText("made already");
  await expect(section(page).getByRole("listitem").filter({ hasText: "Once" })).toHaveCount(1);
});

test("@clock a form that was open for five minutes asks for the password, and keeps its values", async ({
  clock,
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  await signIn(page, person);
  await page.goto(`${sites.hub}/account/app-passwords/new`);
  await page.getByLabel("Name").fill("Backup of the laptop");
  await page.getByLabel("See who you are").check();
  await clock.advance("6m");
  await page.getByRole("button", { name: "Make the app password" }).click();
  await expect(page).toHaveURL(/\/cas\/login/);
  await expect(page.getByText("This page needs a sign-in from the last five minutes")).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByLabel("Name")).toHaveValue("Backup of the laptop");
  await expect(page.getByLabel("See who you are")).toBeChecked();
  await expect(page.getByLabel("Move money between your accounts at Harbour Bank")).not.toBeChecked();
  await page.getByRole("button", { name: "Make the app password" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your new app password");
});

test("the password of the account opens no API", async ({ people, sites }) => {
  const person = await people.create();
  const refused = await ask(sites, person, person.password);
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ error: "app_password_required" });
});
