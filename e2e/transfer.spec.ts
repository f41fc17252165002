/** A transfer at the bank requires a sign-in of the last five minutes, and keeps the typed values. */
import { expect, signIn, gatehouseTest as test } from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import { recordNavigations } from "./record-navigations.ts";

async function fillIn(page: Page, bank: string): Promise<void> {
  await page.goto(`${bank}/accounts`);
  await page.getByRole("link", { name: "Move money" }).click();
  await page.getByLabel("Amount in euros").fill("12.50");
  await page.getByLabel("Reference").fill("For the boat & the <sails>");
}

const send = (page: Page) => page.getByRole("button", { name: "Move the money" }).click();
const moved = (page: Page) => page.getByRole("heading", { level: 1, name: "€12.50 moved" });

/** @returns the balance of the savings account that the accounts page shows, in cents */
async function savings(page: Page, bank: string): Promise<number> {
  await page.goto(`${bank}/accounts`);
  const text = await page.getByRole("link", { name: /Savings/ }).textContent();
  return Number(text?.split("€")[1]?.replace(/[,.]/g, ""));
}

for (const javaScriptEnabled of [true, false]) {
  test(`@clock after five minutes a transfer asks for the password and keeps its values, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
    browser,
    people,
    sites,
    clock,
  }) => {
    const person = await people.create();
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await signIn(page, person, { at: `${sites.bank}/accounts` });
    const before = await savings(page, sites.bank);
    await fillIn(page, sites.bank);
    const form = new URL(page.url());
    await clock.advance("301s");
    const visited = recordNavigations(page);

    await send(page);
    await expect(page).toHaveURL(/\/cas\/login/);
    await page.getByLabel("Password", { exact: true }).fill(person.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();

    await expect(page).toHaveURL(new RegExp(`^${form.origin}/transfer\\?draft=[0-9a-f-]{36}$`));
    await expect(page.getByText("as you left it, and no money was moved yet")).toBeVisible();
    await expect(page.getByLabel("Amount in euros")).toHaveValue("12.50");
    await expect(page.getByLabel("Reference")).toHaveValue("For the boat & the <sails>");
    expect(visited.map(({ href }) => decodeURIComponent(href)).join("\n")).not.toMatch(/12\.50|boat/);

    await send(page);
    await expect(moved(page)).toBeVisible();
    await expect(page.getByText("For the boat & the <sails>")).toBeVisible();
    expect(await savings(page, sites.bank)).toBe(before + 1_250);
    await context.close();
  });
}

test("within five minutes it does not ask, and the form sent again moves nothing more", async ({
  page,
  people,
  sites,
}) => {
  await signIn(page, await people.create(), { at: `${sites.bank}/accounts` });
  const before = await savings(page, sites.bank);
  await fillIn(page, sites.bank);
  const draft = await page.locator("input[name=draft]").inputValue();
  const visited = recordNavigations(page);

  await send(page);
  await expect(moved(page)).toBeVisible();
  const done = page.url();
  await page.goto(`${sites.bank}/transfer?draft=${draft}`);
  await send(page);
  await expect(page).toHaveURL(done);

  expect(visited.filter(({ origin }) => origin === sites.hub)).toEqual([]);
  expect(await savings(page, sites.bank)).toBe(before + 1_250);
});

test("errors are shown at their fields, and typed values are kept", async ({ page, people, sites }) => {
  await signIn(page, await people.create(), { at: `${sites.bank}/accounts` });
  await fillIn(page, sites.bank);
  await page.getByLabel("Amount in euros").fill("lots");

  await send(page);

  await expect(page).toHaveTitle(/^Error: Move money/);
  const sentence = "Enter the amount in euros and cents, as in 25 or 25.50.";
  await page.getByRole("alert").getByRole("link", { name: sentence }).click();
  await expect(page.getByLabel("Amount in euros")).toBeFocused();
  await expect(page.getByLabel("Amount in euros")).toHaveValue("lots");
  await expect(page.getByLabel("Reference")).toHaveValue("For the boat & the <sails>");
});

test("another user cannot open a draft", async ({ page, people, sites, browser }) => {
  await signIn(page, await people.create(), { at: `${sites.bank}/accounts` });
  await fillIn(page, sites.bank);
  await page.getByLabel("Amount in euros").fill("lots");
  await send(page);
  await expect(page).toHaveURL(/draft=/);
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await signIn(other, await people.create(), { at: `${sites.bank}/accounts` });

  await other.goto(page.url());

  await expect(other.getByLabel("Amount in euros")).toHaveValue("");
  await expect(other.getByLabel("Reference")).toHaveValue("");
  await elsewhere.close();
});
