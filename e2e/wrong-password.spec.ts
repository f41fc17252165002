/** The sign-in page explains why it refuses. */
import { expect, expectSignedOutEverywhere, fillSignInForm, gatehouseTest as test } from "@gatehouse/testing";

test("after a wrong password the summary has the focus, the name stays, and the title begins with Error", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  await page.goto(`${sites.hub}/cas/login`);
  await fillSignInForm(page, { ...person, password: "not the password" });

  await expect(page).toHaveTitle(/^Error: Sign in/);
  const summary = page.getByRole("alert");
  await expect(summary).toBeFocused();
  await expect(summary).toContainText("do not belong together");
  await expect(page.getByLabel("Username or email")).toHaveValue(person.username);
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
  await expectSignedOutEverywhere(page, [sites.shop, sites.bank]);

  await summary.getByRole("link").click();
  await expect(page.getByLabel("Username or email")).toBeFocused();
});

test("a wrong password, then the right one, leads to the site that the user came from", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  await page.goto(`${sites.shop}/checkout`);
  await fillSignInForm(page, { ...person, password: "not the password" });
  await expect(page).toHaveTitle(/^Error/);
  await expect(page.getByText("to continue to")).toContainText("Corner Shop");
  await fillSignInForm(page, person);
  await expect(page).toHaveURL(`${sites.shop}/checkout`);
});

test("unknown, wrong and disabled get the same message", async ({ page, people, sites }) => {
  const [known, disabled] = [await people.create(), await people.create()];
  await people.disable(disabled);
  const words: (string | null)[] = [];
  for (const tried of [
    { username: known.username, password: "not the password" },
    { username: `${known.username}-nobody`, password: known.password },
    disabled,
  ]) {
    await page.goto(`${sites.hub}/cas/login`);
    await fillSignInForm(page, tried);
    await expect(page).toHaveTitle(/^Error/);
    words.push(await page.getByRole("alert").textContent());
  }
  expect(new Set(words).size).toBe(1);
});

test("a disabled user is signed out on both sites", async ({ page, people, sites }) => {
  const person = await people.create();
  await page.goto(`${sites.bank}/accounts`);
  await fillSignInForm(page, person);
  await expect(page.getByRole("heading", { name: "Your accounts" })).toBeVisible();
  await page.goto(sites.shop);
  await expect(page.getByRole("banner")).toContainText(person.name);

  await people.disable(person);

  await expectSignedOutEverywhere(page, [sites.shop, sites.bank]);
  await page.goto(`${sites.bank}/accounts`);
  await expect(page).toHaveURL(/\/cas\/login/);
  await expect(page.getByText("your account is not in use at present")).toBeVisible();
});
