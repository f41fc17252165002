import type { Tour } from "./tour.ts";

/** The shop with a full basket, and the bank with money moved. */
export async function visitSites({ page, sites: { shop, bank }, visit, look }: Tour): Promise<void> {
  await visit(shop, "shelves, signed in");
  await visit(`${shop}/cart`, "basket");
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
