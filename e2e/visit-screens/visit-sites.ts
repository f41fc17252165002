import { fillSignInForm } from "@gatehouse/testing";
import type { Tour } from "./tour.ts";

/** The shop with a full basket, and the bank with money moved. */
export async function visitSites({ page, sites: { shop, bank }, visit, look }: Tour): Promise<void> {
  await visit(shop, "shelves, signed in");
  await visit(`${shop}/cart`, "basket");
  await visit(`${shop}/cart?refused=user_changed`, "basket, after a form of another user was refused");
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

/** Addresses that refused transfer forms redirect to. */
export async function visitRefusedTransfers({ sites: { bank }, visit }: Tour): Promise<void> {
  await visit(`${bank}/transfer?refused=user_changed`, "transfer, after a form of another user was refused");
  await visit(`${bank}/transfer?expired=true`, "transfer, its form too old");
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

/** A sign-in at a site that did not come to its end. */
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
