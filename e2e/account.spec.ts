/** The account page lists where the user is signed in, and ends it. */
import {
  expect,
  expectSignedInOn,
  expectSignedOutEverywhere,
  signIn,
  gatehouseTest as test,
} from "@gatehouse/testing";

test("ends the session of another browser, and only that one", async ({ page, browser, people, sites }) => {
  const person = await people.create();
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await signIn(other, person, { at: sites.shop });
  await other.goto(`${sites.bank}/accounts`);
  await signIn(page, person, { at: sites.shop });

  await page.goto(`${sites.hub}/account`);
  await page.getByRole("link", { name: "Where you are signed in" }).click();
  const others = page.getByRole("region", { name: "Other browsers" });
  await expect(others).toContainText("Harbour Bank");
  await others.getByText("Sign out there").click();
  await others.getByRole("button", { name: /^Sign out Chrom/ }).click();

  const notice = others.getByRole("status");
  await expect(notice).toContainText(/is signed out\. .*Harbour Bank was told in \d+ ms\./);
  await page.reload();
  await expect(notice).toHaveCount(0);
  await page.goto(sites.shop);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Where you are signed in");
  await expect(notice).toHaveCount(0);
  await expectSignedOutEverywhere(other, [sites.shop, sites.bank]);
  await expectSignedInOn(page, sites.shop, person);
  await other.goto(`${sites.bank}/accounts`);
  await expect(other).toHaveURL(/\/cas\/login/);
  await expect(other.getByText("You were signed out here from another browser.")).toBeVisible();
  await elsewhere.close();
});

test("signs out everywhere at once", async ({ page, browser, people, sites }) => {
  const person = await people.create();
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await signIn(other, person, { at: sites.bank });
  await signIn(page, person, { at: sites.shop });

  await page.goto(`${sites.hub}/account/sessions`);
  await page.getByText("Sign out everywhere", { exact: true }).click();
  await page.getByRole("button", { name: "Sign out everywhere now" }).click();

  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  await expectSignedOutEverywhere(page, [sites.shop]);
  await expectSignedOutEverywhere(other, [sites.bank]);
  await elsewhere.close();
});

test("names the user, and redirects visitors to the sign-in", async ({ page, people, sites }) => {
  const person = await people.create();
  await page.goto(`${sites.hub}/account`);
  await expect(page).toHaveURL(/\/cas\/login/);
  await signIn(page, person);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(person.name);
  await expect(page.getByText(person.email)).toBeVisible();
});

for (const javaScriptEnabled of [true, false]) {
  test(`every section fits a phone, and its menu leads to all others, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
    browser,
    people,
    sites,
  }) => {
    const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    await signIn(page, await people.create({ name: "W".repeat(60) }));
    const menu = page.getByRole("navigation", { name: "Your account" });
    await page.goto(`${sites.hub}/account`);
    const names = await menu.getByRole("link").allTextContents();
    expect(names.slice(0, 3)).toEqual(["Profile", "Security", "Where you are signed in"]);
    for (const name of names) {
      await menu.getByRole("link", { name }).click();
      await expect(menu.locator('[aria-current="page"]')).toHaveText(name);
      const width = await page.locator("html").evaluate((html) => html.scrollWidth);
      expect(width, name).toBeLessThanOrEqual(360);
    }
    await context.close();
  });
}

test("two users in two browsers stay separate", async ({ page, browser, people, sites }) => {
  const [ann, ben] = [await people.create(), await people.create()];
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await Promise.all([
    signIn(page, ann, { at: `${sites.bank}/accounts` }),
    signIn(other, ben, { at: `${sites.bank}/accounts` }),
  ]);
  await Promise.all([page.goto(sites.shop), other.goto(sites.shop)]);
  for (const site of [sites.shop, sites.bank]) {
    await expectSignedInOn(page, site, ann);
    await expectSignedInOn(other, site, ben);
  }
  await expect(page.getByRole("banner")).toContainText(ann.name);
  await expect(other.getByRole("banner")).toContainText(ben.name);

  await other.goto(`${sites.bank}/accounts`);
  const bens = await other
    .getByRole("main")
    .getByRole("link", { name: /Current account/ })
    .getAttribute("href");
  const answer = await page.goto(`${sites.bank}${bens}`);
  expect(answer?.status()).toBe(404);
  await elsewhere.close();
});

test("after another user signs in in the same browser, the sites show that user", async ({
  page,
  people,
  sites,
}) => {
  const [ann, ben] = [await people.create(), await people.create()];
  await signIn(page, ann, { at: `${sites.bank}/accounts` });
  await page.context().clearCookies({ name: /TGC-/ });
  await signIn(page, ben, { at: `${sites.bank}/accounts` });
  await expectSignedInOn(page, sites.bank, ben);
  await page.goto(`${sites.bank}/accounts`);
  await expect(page.locator("body")).not.toContainText(ann.name);
});
