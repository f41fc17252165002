/** Passkeys, with an authenticator that the browser simulates. */
import { expect, expectSignedInOn, signIn, signOut, gatehouseTest as test } from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import { Authenticator } from "./authenticator.ts";

const section = (page: Page) => page.getByRole("region", { name: "Passkeys" });
const passkeyButton = (page: Page) => page.getByRole("button", { name: "Sign in with a passkey" });

async function addPasskey(page: Page, hub: string): Promise<void> {
  await page.goto(`${hub}/account/security`);
  await section(page).getByRole("link", { name: "Add a passkey" }).click();
  await page.getByRole("button", { name: "Add a passkey" }).click();
  const added = page.getByRole("status").filter({ hasText: "is added" });
  const codes = page.getByRole("heading", { name: "Your recovery codes" });
  // The first factor comes with recovery codes.
  await expect(added.or(codes)).toBeVisible();
  if (await codes.isVisible()) await page.getByRole("link", { name: "I have saved them" }).click();
}

/** Counts the requests of the page to authenticators, in `data-requests`: the suggestions, the button, the suggestions again. */
const countRequests = (page: Page) =>
  page.addInitScript(() => {
    const credentials = navigator.credentials;
    const get = credentials.get.bind(credentials);
    credentials.get = (options) => {
      document.documentElement.dataset.requests = String(
        Number(document.documentElement.dataset.requests ?? 0) + 1,
      );
      return get(options);
    };
  });

/** Waits for a request. The authenticator answers the next one once it verifies its user again, also one for suggestions. */
const requestsReach = (page: Page, count: number) =>
  expect(page.locator("html")).toHaveAttribute("data-requests", String(count));

const openSignIn = (page: Page, site: string) => page.goto(`${site}/api/auth/sign-in?returnTo=%2F`);

test("a passkey is added on a phone, signs in at the shop from the suggestions, and is removed", async ({
  browser,
  people,
  sites,
}) => {
  const person = await people.create();
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await Authenticator.of(page);
  await signIn(page, person);
  await addPasskey(page, sites.hub);
  await expect(section(page).getByRole("listitem")).toContainText("never used");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await signOut(page);

  // The simulated authenticator chooses its suggestion by itself.
  await openSignIn(page, sites.shop);
  await page.waitForURL((url) => url.origin === sites.shop);
  await expectSignedInOn(page, sites.shop, person);

  await page.goto(`${sites.hub}/account/security`);
  await expect(section(page).getByRole("listitem")).toContainText("last used just now");
  await section(page)
    .getByText(/^Remove:/)
    .click();
  await section(page).getByRole("button", { name: "Remove this passkey" }).click();
  await expect(page.getByRole("status").filter({ hasText: "is removed" })).toBeVisible();
  await expect(section(page)).toContainText("You have none.");
  await expect(page.getByRole("button", { name: "Sign out everywhere else" })).toBeVisible();
  await context.close();
});

test("the button signs in, with the choice to stay signed in; a user has two passkeys", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  const first = await Authenticator.of(page);
  await signIn(page, person);
  await addPasskey(page, sites.hub);
  await first.remove();
  const second = await Authenticator.of(page);
  await addPasskey(page, sites.hub);
  await expect(section(page).getByRole("listitem")).toHaveCount(2);
  await signOut(page);

  await second.verifyUser(false);
  await countRequests(page);
  await openSignIn(page, sites.bank);
  await requestsReach(page, 1);
  await passkeyButton(page).click();
  await expect(page.getByText("No passkey was used.")).toBeVisible();
  await requestsReach(page, 3);
  await page.getByLabel("Keep me signed in").check();
  await second.verifyUser(true);
  await passkeyButton(page).click();
  await page.waitForURL((url) => url.origin === sites.bank);
  await expectSignedInOn(page, sites.bank, person);
  await page.goto(`${sites.hub}/account/sessions`);
  await expect(page.getByRole("main")).toContainText("Stays signed in until");
});

test("a passkey of another user asks which account, and switches", async ({ page, people, sites }) => {
  const [alice, bob] = [await people.create(), await people.create()];
  const authenticator = await Authenticator.of(page);
  await signIn(page, bob);
  await addPasskey(page, sites.hub);
  await signOut(page);
  await authenticator.verifyUser(false);
  await signIn(page, alice);
  await authenticator.verifyUser(true);
  // The simulated authenticator chooses its suggestion by itself.
  await page.goto(`${sites.hub}/cas/login?prompt=login`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Which account?");
  await expect(page.getByRole("main")).toContainText(`You used a passkey of ${bob.username}`);
  await page.getByRole("button", { name: `Sign out and sign in as ${bob.username}` }).click();
  await expect(page.getByRole("main")).toContainText(bob.name);
});

test("without JavaScript passkeys are renamed and removed, and the page that adds one says what it needs", async ({
  browser,
  people,
  sites,
}) => {
  const person = await people.create();
  const scripted = await browser.newContext();
  const page = await scripted.newPage();
  await Authenticator.of(page);
  await signIn(page, person);
  await addPasskey(page, sites.hub);
  const storageState = await scripted.storageState();
  await scripted.close();

  const context = await browser.newContext({ javaScriptEnabled: false, storageState });
  const plain = await context.newPage();
  await plain.goto(`${sites.hub}/account/security`);
  const row = section(plain).getByRole("listitem");
  await row.getByText(/^Rename/).click();
  await row.getByLabel("Name").fill("Blue key");
  await row.getByRole("button", { name: "Save the name" }).click();
  await expect(row.getByRole("heading")).toContainText("Blue key");

  await section(plain).getByRole("link", { name: "Add a passkey" }).click();
  await expect(plain.getByText("Adding a passkey needs JavaScript")).toBeVisible();
  await expect(plain.getByRole("button", { name: "Add a passkey" })).toBeHidden();
  await plain.getByRole("link", { name: "Back to Security" }).click();
  await row.getByText(/^Remove:/).click();
  await row.getByRole("button", { name: "Remove this passkey" }).click();
  await expect(section(plain)).toContainText("You have none.");

  const stranger = await browser.newContext({ javaScriptEnabled: false });
  const form = await stranger.newPage();
  await openSignIn(form, sites.shop);
  await expect(form.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  await expect(passkeyButton(form)).toBeHidden();
  await stranger.close();
  await context.close();
});
