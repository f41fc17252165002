import { fillSignInForm, type Person, type Sites, signIn } from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import type { Tour } from "./tour.ts";
import { visitAccount, visitMails, visitNewAccount, visitSignOut } from "./visit-account.ts";
import {
  visitCodeForm,
  visitConsent,
  visitDevice,
  visitIssuerErrors,
  visitLeaving,
  visitStepUp,
} from "./visit-issuer.ts";
import { visitRefusedTransfers, visitSignInErrors, visitSites, visitTransferAgain } from "./visit-sites.ts";

/**
 * Visits every screen of hub, shop and bank, as a visitor and then signed in with a filled basket.
 *
 * @param look called for each screen, with its name
 */
export async function visitScreens(
  page: Page,
  sites: Sites,
  person: Person,
  look: (screen: string) => Promise<void>,
): Promise<void> {
  const visit = async (address: string, screen: string) => {
    await page.goto(address);
    await look(screen);
  };
  const tour = { page, sites, person, look, visit };
  await visitAsStranger(tour);
  await visitIssuerErrors(tour);
  await visitSignInErrors(tour);

  await page.goto(`${sites.hub}/cas/login`);
  await fillSignInForm(page, { ...person, password: "not the password" });
  await page.getByRole("alert").waitFor();
  await look("sign-in page with an error");

  await page.goto(sites.shop);
  await page.getByRole("button", { name: "Add Olive oil to basket" }).click();
  await page.getByRole("status").waitFor();
  await look("shelves, just added");
  await signIn(page, person, { at: sites.shop });
  await visitNewAccount(tour);
  await visitSites(tour);
  await visitRefusedTransfers(tour);
  await visitTransferAgain(tour);
  await visitCodeForm(tour);
  await visitStepUp(tour);
  await visitLeaving(tour);
  await visitConsent(tour);
  await visitDevice(tour);
  await visitAccount(tour);
  await visitMails(tour);
  await visitSignOut(tour);
}

async function visitAsStranger({ sites: { hub, shop, bank }, visit }: Tour): Promise<void> {
  const service = `${shop}/api/auth/callback/gatehouse`;
  await visit(hub, "front page of the hub");
  await visit(`${hub}/cas/login`, "sign-in page");
  await visit(
    `${hub}/cas/login?${new URLSearchParams({ service, reason: "idle" })}`,
    "sign-in page for the shop",
  );
  await visit(`${hub}/cas/login?service=http://unknown.example/`, "refused service");
  await visit(`${hub}/cas/logout`, "signed-out page for a stranger");
  await visit(`${hub}/nowhere`, "page that the hub does not have");
  await visit(`${shop}/products/olive-oil`, "product");
  await visit(`${shop}/cart`, "empty basket");
  await visit(`${shop}/nowhere`, "page that the shop does not have");
  await visit(bank, "front page of the bank");
  await visit(`${bank}/nowhere`, "page that the bank does not have");
}
