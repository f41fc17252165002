/** A sign-out anywhere signs out everywhere. */
import {
  expect,
  expectSignedInOn,
  expectSignedOutEverywhere,
  signIn,
  signOut,
  gatehouseTest as test,
} from "@gatehouse/testing";

test("a sign-out at the hub ends both site sessions", async ({ page, people, sites }) => {
  const person = await people.create();
  await signIn(page, person, { at: sites.shop });
  await page.goto(`${sites.bank}/accounts`);
  await expectSignedInOn(page, sites.bank, person);

  await page.goto(`${sites.hub}/account`);
  await page.getByRole("banner").getByRole("link", { name: "Sign out" }).click();

  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("Corner Shop");
  await expect(page.getByRole("main")).toContainText("Harbour Bank");
  await expectSignedOutEverywhere(page, [sites.shop, sites.bank]);
  await page.goto(`${sites.bank}/accounts`);
  await expect(page).toHaveURL(/\/cas\/login/);
});

for (const [from, other] of [
  ["shop", "bank"],
  ["bank", "shop"],
] as const) {
  test(`a sign-out at the ${from} ends the session at the ${other}`, async ({ page, people, sites }) => {
    const person = await people.create();
    await signIn(page, person, { at: sites[other] });
    await page.goto(sites[from]);
    await expectSignedInOn(page, sites[from], person);

    await page.getByRole("button", { name: "Sign out" }).click();

    await expect(page).toHaveURL(`${sites[from]}/`);
    // The user signed out here; the other site was notified.
    await expect(page.getByRole("main")).toContainText("You signed out. ");
    await expect(page.getByRole("banner").getByRole("link", { name: "Sign in" })).toBeVisible();
    await expectSignedOutEverywhere(page, [sites.shop, sites.bank]);
    await page.goto(`${sites.hub}/account`);
    await expect(page).toHaveURL(/\/cas\/login/);
    await page.goto(sites[other]);
    await expect(page.getByRole("link", { name: /^Sign in/ }).first()).toBeVisible();
    await expect(page.getByRole("main")).toContainText(
      "You were signed out here when you signed out elsewhere.",
    );
  });
}

test("after signing out, going back shows nothing private", async ({ page, people, sites }) => {
  const person = await people.create();
  await signIn(page, person, { at: `${sites.bank}/accounts` });
  await signOut(page);
  await expectSignedOutEverywhere(page, [sites.bank]);
  await page.goBack();
  await expect(page).toHaveURL(/\/cas\/login/);
  await expect(page.locator("body")).not.toContainText(person.name);
});

test("a copy of a site's cookie is refused after a sign-out", async ({ page, people, sites }) => {
  const person = await people.create();
  await signIn(page, person, { at: sites.shop });
  const copied = await page.context().cookies();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();

  await page.context().addCookies(copied);
  await expectSignedOutEverywhere(page, [sites.shop]);
  await page.goto(`${sites.hub}/account`);
  await expect(page).toHaveURL(/\/cas\/login/);
});

test("a page of another site cannot sign the user out", async ({ page, people, sites }) => {
  const person = await people.create();
  await signIn(page, person, { at: sites.shop });
  await page.goto(sites.bank);
  await page.evaluate((action) => {
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action });
    document.body.append(form);
    form.submit();
  }, `${sites.shop}/api/auth/sign-out`);
  await page.waitForURL((url) => url.origin === sites.shop);
  await expectSignedInOn(page, sites.shop, person);
});
