/** The basket: kept for its user, and hidden from others. */
import { expect, signIn, gatehouseTest as test } from "@gatehouse/testing";

test("products added before sign-in are still there after it", async ({ page, people, sites }) => {
  const person = await people.create();
  await page.goto(sites.shop);
  await page.getByRole("button", { name: "Add Sourdough loaf to basket" }).click();
  await expect(page.getByRole("status")).toContainText("Sourdough loaf is in your basket");

  await signIn(page, person, { at: `${sites.shop}/checkout` });

  await expect(page.getByRole("main")).toContainText("Sourdough loaf");
  await expect(page.getByRole("main")).toContainText(person.name);
});

test("a user has the same basket in another browser", async ({ page, browser, people, sites }) => {
  const person = await people.create();
  await signIn(page, person, { at: sites.shop });
  await page.getByRole("button", { name: "Add Dark chocolate to basket" }).click();
  await expect(page.getByRole("status")).toBeVisible();

  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await signIn(other, person, { at: `${sites.shop}/cart` });
  await expect(other.getByRole("main")).toContainText("Dark chocolate");
  await elsewhere.close();
});

test("the next person at the same browser never sees it", async ({ page, people, sites }) => {
  const [ann, ben] = [await people.create(), await people.create()];
  await page.goto(sites.shop);
  await page.getByRole("button", { name: "Add Olive oil to basket" }).click();
  await signIn(page, ann, { at: `${sites.shop}/cart` });
  await expect(page.getByRole("main")).toContainText("Olive oil");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();

  await page.goto(`${sites.shop}/cart`);
  await expect(page.getByRole("main")).not.toContainText("Olive oil");
  await signIn(page, ben, { at: `${sites.shop}/cart` });
  await expect(page.getByRole("main")).toContainText("Nothing in it yet");
});
