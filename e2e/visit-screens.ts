import { fillSignInForm, type Person, type Sites, signIn } from "@gatehouse/testing";
import type { Page } from "@playwright/test";

/**
 * Goes through every screen of hub, shop and bank, as a stranger and then signed in with things in the basket.
 *
 * @param look called on each of them, with a name for it
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
  await visitAsStranger(sites, visit);

  await page.goto(`${sites.hub}/cas/login`);
  await fillSignInForm(page, { ...person, password: "not the password" });
  await page.getByRole("alert").waitFor();
  await look("sign-in page with an error");

  await page.goto(sites.shop);
  await page.getByRole("button", { name: "Add Olive oil to basket" }).click();
  await page.getByRole("status").waitFor();
  await look("shelves, just added");
  await signIn(page, person, { at: sites.shop });
  await visitSignedIn(page, sites, person, visit, look);
}

type Visit = (address: string, screen: string) => Promise<void>;

async function visitAsStranger({ hub, shop, bank }: Sites, visit: Visit): Promise<void> {
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

async function visitSignedIn(
  page: Page,
  { hub, shop, bank }: Sites,
  person: Person,
  visit: Visit,
  look: (screen: string) => Promise<void>,
): Promise<void> {
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
  await visit(`${hub}/account`, "account at the hub");
  await page.getByText("Sign out everywhere", { exact: true }).click();
  await look("account at the hub, asked to confirm");
  await visitAppPasswords(page, hub, visit, look);
  await page.goto(`${hub}/cas/login?renew=true`);
  await look("sign-in page, once more");
  await page.getByLabel("Ask me before signing me in to another site").check();
  await page.getByLabel("Keep me signed in on this browser").check();
  await fillSignInForm(page, person);
  await page.waitForURL(`${hub}/account`);
  await look("account at the hub, with her choices");
  await visit(`${hub}/cas/login?service=${shop}/api/auth/callback/gatehouse`, "asked before a site");
  await visit(`${hub}/cas/logout`, "signed-out page");
}

async function visitAppPasswords(
  page: Page,
  hub: string,
  visit: Visit,
  look: (screen: string) => Promise<void>,
): Promise<void> {
  const make = page.getByRole("button", { name: "Make the app password" });
  await visit(`${hub}/account/app-passwords/new`, "form for an app password");
  await make.click();
  await page.getByRole("alert").waitFor();
  await look("form for an app password, with errors");
  await page.getByLabel("Name").fill("Backup of the laptop, and its rather long name in all");
  for (const box of await page.getByRole("checkbox").all()) await box.check();
  await make.click();
  await page.getByRole("heading", { name: "Your new app password" }).waitFor();
  await look("app password, shown once");
  await page.goto(`${hub}/account`);
  await page.getByText(/^Revoke:/).click();
  await look("app passwords, asked to confirm");
}
