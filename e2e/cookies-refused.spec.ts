/** A browser that keeps no cookies: no redirect loop, and the user is told. */
import { expect, fillSignInForm } from "@gatehouse/testing";
import { testWithoutCookies as test } from "./browser-without-cookies.ts";
import { recordNavigations } from "./record-navigations.ts";

test("pages open, after one question at the hub each", async ({ pageWithoutCookies: page, sites }) => {
  const visited = recordNavigations(page);
  for (const site of [sites.shop, sites.bank]) {
    visited.length = 0;
    await page.goto(site);
    await expect(page.getByRole("link", { name: /^Sign in/ }).first()).toBeVisible();
    expect(new URL(page.url()).origin).toBe(site);
    expect(visited.filter(({ origin }) => origin === sites.hub)).toHaveLength(1);
    expect(visited.length).toBeLessThanOrEqual(5);
  }
  expect(await page.context().cookies()).toEqual([]);
});

test("sign-in ends with a sentence about cookies", async ({ pageWithoutCookies: page, people, sites }) => {
  const person = await people.create();
  await page.goto(`${sites.shop}/checkout`);
  await expect(page).toHaveURL(/\/cas\/login/);
  const visited = recordNavigations(page);
  await fillSignInForm(page, person);
  await expect(page.getByRole("main")).toContainText("Signing in needs cookies");
  expect(visited).toHaveLength(1);
});
