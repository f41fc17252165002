import { fillSignInForm, signIn } from "@gatehouse/testing";
import type { Tour } from "./tour.ts";
import { visitAccount, visitActivity, visitMails, visitNewAccount, visitSignOut } from "./visit-account.ts";
import { visitFactors } from "./visit-factors.ts";
import {
  visitCodeForm,
  visitConsent,
  visitDevice,
  visitIssuerErrors,
  visitLeaving,
  visitStepUp,
} from "./visit-issuer.ts";
import { visitLinks } from "./visit-links.ts";
import { visitNewUsers } from "./visit-new-users.ts";
import { visitProviders } from "./visit-providers.ts";
import { visitRefusedTransfers, visitSignInErrors, visitSites, visitTransferAgain } from "./visit-sites.ts";

/**
 * The tours that together visit every screen of hub, shop and bank. None needs another one before it, so that each is a test
 * of its own.
 */
export const tours: readonly { readonly through: string; readonly visit: (tour: Tour) => Promise<void> }[] = [
  { through: "the pages for visitors, the shop and the bank", visit: visitSitesOnly },
  { through: "consent, devices and the account", visit: visitConsentAndAccount },
  { through: "mailed links", visit: visitLinks },
  { through: "invitations", visit: visitNewUsers },
  { through: "passkeys and the second step", visit: visitFactors },
  { through: "sign-in with another provider", visit: visitProviders },
  { through: "activity, mails and the ways out", visit: visitWaysOut },
];

/**
 * Visits the screens of one tour.
 *
 * @param look called for each screen, with its name
 */
export async function visitScreens(
  visitAll: (tour: Tour) => Promise<void>,
  { page, ...rest }: Omit<Tour, "visit">,
): Promise<void> {
  // A heading that never comes fails the tour, long before the limit of the test.
  page.setDefaultTimeout(60_000);
  const visit = async (address: string, screen: string) => {
    await page.goto(address);
    await rest.look(screen);
  };
  await visitAll({ page, ...rest, visit });
}

async function visitSitesOnly(tour: Tour): Promise<void> {
  const { page, sites, person, look } = tour;
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
  await visitSites(tour);
  await visitRefusedTransfers(tour);
  await visitTransferAgain(tour);
}

async function visitConsentAndAccount(tour: Tour): Promise<void> {
  await signIn(tour.page, tour.person, { at: tour.sites.shop });
  await visitNewAccount(tour);
  await visitCodeForm(tour);
  await visitStepUp(tour);
  await visitLeaving(tour);
  await visitConsent(tour);
  await visitDevice(tour);
  await visitAccount(tour);
}

async function visitWaysOut(tour: Tour): Promise<void> {
  await signIn(tour.page, tour.person, { at: tour.sites.shop });
  await visitMails(tour);
  await visitActivity(tour);
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
