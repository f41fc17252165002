/** Sites know who is signed in elsewhere, without asking her and without going round. */
import { expect, expectSignedInOn, signIn, signOut, gatehouseTest as test } from "@gatehouse/testing";
import { recordNavigations } from "./record-navigations.ts";

test("the bank recognises who signed in at the shop, without a form", async ({ page, people, sites }) => {
  const person = await people.create();
  await signIn(page, person, { at: sites.shop });
  const visited = recordNavigations(page);

  await page.goto(`${sites.bank}/`);

  await expect(page.getByRole("banner")).toContainText(person.name);
  await expectSignedInOn(page, sites.bank, person);
  const past = visited.filter(({ origin }) => origin === sites.hub);
  expect(past.map(({ pathname }) => pathname)).toEqual(["/oidc/auth"]);
  expect(past[0]?.searchParams.get("prompt")).toBe("none");
  expect(visited.length).toBeLessThanOrEqual(5);
});

test("a stranger is asked for at the hub once per visit, and sees the page", async ({ page, sites }) => {
  const visited = recordNavigations(page);

  await page.goto(`${sites.shop}/?from=letter`);
  await expect(page).toHaveURL(`${sites.shop}/?from=letter`);
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  await page.goto(`${sites.shop}/cart`);
  await page.reload();
  await page.goto(`${sites.shop}/products/sourdough-loaf`);

  expect(visited.filter(({ origin }) => origin === sites.hub)).toHaveLength(1);
});

test("recognition goes on to the page that was asked for", async ({ page, people, sites }) => {
  const person = await people.create();
  await signIn(page, person);
  await page.goto(`${sites.shop}/products/dark-chocolate?colour=brown&size=%C3%BC`);
  await expect(page).toHaveURL(`${sites.shop}/products/dark-chocolate?colour=brown&size=%C3%BC`);
  await expect(page.getByRole("banner")).toContainText(person.name);
});

test("a page of the bank that needs a person asks for her and comes back", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  await signIn(page, person, { at: `${sites.bank}/accounts` });
  await page.getByRole("link", { name: /Current account/ }).click();
  await expect(page).toHaveURL(/\/accounts\/[^/]+$/);
  const address = page.url();
  await signOut(page);

  await page.goto(address);
  await expect(page).toHaveURL(/\/cas\/login/);
  await page.getByLabel("Username or email").fill(person.username);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByLabel("Password", { exact: true }).press("Enter");
  await expect(page).toHaveURL(address);
});

test("the ticket is not in the address after sign-in, nor in the history", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  await page.goto(sites.shop);
  await signIn(page, person, { at: `${sites.shop}/cart` });
  await expect(page).toHaveURL(`${sites.shop}/cart`);
  await page.goBack();
  for (const address of [page.url(), await page.evaluate(() => document.referrer)])
    expect(address).not.toContain("ST-");
});
