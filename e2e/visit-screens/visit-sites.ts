import { fillSignInForm } from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import type { Tour } from "./tour.ts";

/** The shop with a filled basket, and the bank with a transfer. */
export async function visitSites({ page, sites: { shop, bank }, visit, look }: Tour): Promise<void> {
  await visit(shop, "shelves, signed in");
  await visit(`${shop}/cart`, "basket");
  await becomeFormOfAnother(page);
  await page.getByRole("button", { name: "Change quantity of" }).first().click();
  await page.waitForURL(/\?refused=user_changed$/);
  await look("basket, after a form of another user was refused");
  await visit(`${shop}/checkout`, "counter");
  await visit(bank, "front page of the bank, signed in");
  await visit(`${bank}/accounts`, "accounts");
  await page.getByRole("link", { name: /Current account/ }).click();
  await page.waitForURL(/\/accounts\/[^/]+$/);
  await look("account at the bank");
  await visit(`${bank}/transfer`, "transfer");
  await page.getByRole("button", { name: "Move the money" }).click();
  await page.waitForURL(/draft=/);
  await look("transfer with an error");
  await page.getByLabel("Amount in euros").fill("0.01");
  await page.getByRole("button", { name: "Move the money" }).click();
  await page.waitForURL(/\/transfer\/done/);
  await look("money moved");
}

/** Refused transfer forms: one of another user's page, and one that has expired. */
export async function visitRefusedTransfers({ page, sites: { bank }, look }: Tour): Promise<void> {
  const move = page.getByRole("button", { name: "Move the money" });
  await page.goto(`${bank}/transfer`);
  await becomeFormOfAnother(page);
  await move.click();
  await page.waitForURL(/\?refused=user_changed$/);
  await look("transfer, after a form of another user was refused");
  await setHiddenField(page, "draft", "00000000-0000-4000-8000-000000000000");
  await move.click();
  await page.waitForURL(/\?refused=expired$/);
  await look("transfer, its form too old");
}

/** Changes every form of the page into one of another user's page. */
async function becomeFormOfAnother(page: Page): Promise<void> {
  await setHiddenField(page, "page-user", "00000000-0000-4000-8000-000000000000");
}

async function setHiddenField(page: Page, name: string, value: string): Promise<void> {
  await page.locator(`input[name="${name}"]`).evaluateAll((inputs, wanted) => {
    for (const input of inputs) (input as HTMLInputElement).value = wanted;
  }, value);
}

/** The session ends while the user fills in a form at the bank. */
export async function visitTransferAgain(tour: Tour): Promise<void> {
  const { page, sites, person, look } = tour;
  await page.goto(`${sites.bank}/transfer`);
  await page.getByLabel("Amount in euros").fill("1234.50");
  await page.getByLabel("Reference").fill("For the boat, the sails and everything else that a boat has");
  await look("transfer, filled in");
  const elsewhere = await page.context().newPage();
  await elsewhere.goto(`${sites.hub}/cas/logout`);
  await elsewhere.close();
  await page.getByRole("button", { name: "Move the money" }).click();
  await page.waitForURL(/\/cas\/login/);
  await look("sign-in page for the bank");
  await fillSignInForm(page, person);
  await page.waitForURL(/\/transfer\?draft=/);
  await look("transfer, back from signing in");
}

/** Sign-ins at a site that did not complete. */
export async function visitSignInErrors({ sites: { shop, bank }, visit }: Tour): Promise<void> {
  await visit(
    `${bank}/api/auth/callback/gatehouse`,
    "error page of the bank, a sign-in that did not complete",
  );
  await visit(
    `${shop}/api/auth/callback/gatehouse?ticket=ST-1`,
    "error page of the shop, a ticket of nobody",
  );
}
