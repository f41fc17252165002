/** Sites recognise a user who is signed in elsewhere, without a form and without a redirect loop. */
import {
  expect,
  expectSignedInOn,
  fillSignInForm,
  signIn,
  signOut,
  gatehouseTest as test,
} from "@gatehouse/testing";
import { recordNavigations } from "./record-navigations.ts";

test("the bank recognises a user who signed in at the shop, without a form", async ({
  page,
  people,
  sites,
}) => {
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

test("a visitor is redirected through the hub once, sees the page and clicks through the site", async ({
  page,
  sites,
}) => {
  const visited = recordNavigations(page);

  await page.goto(`${sites.shop}/?from=letter`);
  await expect(page).toHaveURL(`${sites.shop}/?from=letter`);
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  await page
    .getByRole("link", { name: /Sourdough/ })
    .first()
    .click();
  await page.getByRole("link", { name: /^Basket/ }).click();
  await expect(page).toHaveURL(`${sites.shop}/cart`);

  expect(visited.filter(({ origin }) => origin === sites.hub)).toHaveLength(1);
});

test("a visitor who arrives repeatedly is redirected again, without a loop", async ({ page, sites }) => {
  const visited = recordNavigations(page);
  for (let visit = 0; visit < 10; visit++) {
    await page.goto(`${sites.shop}/`);
    await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  }
  const asked = visited.filter(({ origin }) => origin === sites.hub).length;
  expect(asked).toBeGreaterThan(1);
  expect(asked).toBeLessThan(10);
});

test("the shop, opened before a sign-in at the bank, recognises the user afterwards", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  await page.goto(`${sites.shop}/`);
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  await signIn(page, person, { at: `${sites.bank}/accounts` });
  await page.goto(`${sites.shop}/`);
  await expect(page.getByRole("banner")).toContainText(person.name);
});

for (const at of ["shop", "bank"] as const) {
  test(`after one user has signed out at the ${at}, both sites recognise the next one, and show nothing of the first`, async ({
    page,
    people,
    sites,
  }) => {
    const [alice, bob] = [await people.create(), await people.create()];
    await signIn(page, alice, { at: `${sites.shop}/` });
    await page.goto(`${sites.bank}/accounts`);
    await page.goto(`${sites[at]}/`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL(`${sites[at]}/`);
    await expect(page.getByRole("main")).toContainText("You signed out.");
    await page.goto(`${sites[at]}/`);
    await expect(page.getByRole("main")).not.toContainText("signed out");

    await signIn(page, bob);
    for (const site of [sites.shop, sites.bank]) {
      await page.goto(`${site}/`);
      await expect(page.getByRole("banner")).toContainText(bob.name);
      await expect(page.getByRole("main")).not.toContainText("signed out");
      await expect(page.locator("body")).not.toContainText(alice.name);
    }
  });
}

test("sign-in returns to a page with a dot in its path", async ({ page, people, sites }) => {
  const person = await people.create();
  const address = `${sites.bank}/accounts/statement.2026-11.pdf?page=2`;
  await page.goto(address);
  await fillSignInForm(page, person);
  await expect(page).toHaveURL(address);
  await expect(page.getByRole("banner")).toContainText(person.name);
});

test("recognition continues to the requested page", async ({ page, people, sites }) => {
  const person = await people.create();
  await signIn(page, person);
  await page.goto(`${sites.shop}/products/dark-chocolate?colour=brown&size=%C3%BC`);
  await expect(page).toHaveURL(`${sites.shop}/products/dark-chocolate?colour=brown&size=%C3%BC`);
  await expect(page.getByRole("banner")).toContainText(person.name);
});

test("a private page of the bank leads to the sign-in form and back", async ({ page, people, sites }) => {
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
    expect(address).not.toMatch(/[?&]ticket=|ST-[A-Za-z0-9]{29}/);
});
