/** The callback: a ticket works for one browser, once. */
import {
  expect,
  expectSignedInOn,
  expectSignedOutOn,
  fillSignInForm,
  signIn,
  gatehouseTest as test,
} from "@gatehouse/testing";
import type { Page } from "@playwright/test";

const callbackPath = "/api/auth/callback/gatehouse";

/** Signs in at the shop up to the redirect with the ticket, which is not followed. */
async function keepCallback(page: Page, shop: string, signInThere: () => Promise<void>): Promise<string> {
  await page.goto(`${shop}/api/auth/sign-in?returnTo=/cart`);
  let kept = "";
  // Playwright's routes see no redirects, so the callback is aborted by Chromium's own protocol.
  const client = await page.context().newCDPSession(page);
  await client.send("Fetch.enable", { patterns: [{ urlPattern: `${shop}${callbackPath}*` }] });
  const caught = new Promise<void>((resolve) => {
    client.on("Fetch.requestPaused", async ({ requestId, request }) => {
      kept = request.url;
      await client.send("Fetch.failRequest", { requestId, errorReason: "Aborted" });
      resolve();
    });
  });
  await signInThere();
  await caught;
  await client.send("Fetch.disable");
  expect(new URL(kept).searchParams.get("ticket")).toMatch(/^ST-/);
  return kept;
}

test("another user's callback address never signs this browser in as that user", async ({
  page,
  browser,
  people,
  sites,
}) => {
  const [attacker, victim] = [await people.create(), await people.create()];
  const elsewhere = await browser.newContext();
  const attackers = await elsewhere.newPage();
  const address = await keepCallback(attackers, sites.shop, () => fillSignInForm(attackers, attacker));

  await page.goto(address);
  await expect(page).toHaveURL(/\/cas\/login/);
  await expectSignedOutOn(page, sites.shop);
  await fillSignInForm(page, victim);
  await expect(page).toHaveURL(`${sites.shop}/cart`);
  await expectSignedInOn(page, sites.shop, victim);
  await elsewhere.close();
});

test("another user's callback address does not change who is signed in", async ({
  page,
  browser,
  people,
  sites,
}) => {
  const [attacker, victim] = [await people.create(), await people.create()];
  await signIn(page, victim, { at: sites.shop });
  const elsewhere = await browser.newContext();
  const attackers = await elsewhere.newPage();
  const address = await keepCallback(attackers, sites.shop, () => fillSignInForm(attackers, attacker));

  await page.goto(address);
  await expect(page).toHaveURL(`${sites.shop}/cart`);
  await expectSignedInOn(page, sites.shop, victim);
  await expect(page.locator("body")).not.toContainText(attacker.name);
  await elsewhere.close();
});

test("a callback address opened again changes nothing", async ({ page, browser, people, sites }) => {
  const person = await people.create();
  const used: string[] = [];
  page.on("request", (request) => {
    if (request.url().startsWith(`${sites.shop}${callbackPath}`)) used.push(request.url());
  });
  await signIn(page, person, { at: `${sites.shop}/cart` });
  const address = used.find((url) => new URL(url).searchParams.has("ticket")) ?? "";
  expect(address).toContain("ticket=ST-");

  await page.goto(address);
  expect(new URL(page.url()).origin).toBe(sites.shop);
  await expectSignedInOn(page, sites.shop, person);

  const elsewhere = await browser.newContext();
  const stranger = await elsewhere.newPage();
  await stranger.goto(address);
  await expect(stranger).toHaveURL(/\/cas\/login/);
  await expectSignedOutOn(stranger, sites.shop);
  await elsewhere.close();
});

test("a callback address that was tampered with signs nobody in", async ({ page, people, sites }) => {
  const person = await people.create();
  const address = new URL(await keepCallback(page, sites.shop, () => fillSignInForm(page, person)));
  await page.context().clearCookies({ name: /TGC-/ });
  address.searchParams.set("returnTo", "/checkout");
  await page.goto(address.href);
  await expectSignedOutOn(page, sites.shop);
});

test("five tabs that sign in at once each return to their own page", async ({ context, people, sites }) => {
  const person = await people.create();
  await signIn(await context.newPage(), person);
  const paths = ["/", "/cart", "/products/olive-oil", "/products/tulips", "/checkout"];
  await Promise.all(
    paths.map(async (returnTo) => {
      const tab = await context.newPage();
      await tab.goto(`${sites.shop}/api/auth/sign-in?${new URLSearchParams({ returnTo })}`);
      await expect(tab).toHaveURL(`${sites.shop}${returnTo}`);
      await expect(tab.locator("body")).toContainText(person.name);
    }),
  );
});

test("five tabs that open at once are all signed in, each on its own page", async ({
  context,
  people,
  sites,
}) => {
  const person = await people.create();
  await signIn(await context.newPage(), person);
  const paths = ["/", "/cart", "/products/olive-oil", "/products/tulips", "/checkout"];
  await Promise.all(
    paths.map(async (path) => {
      const tab = await context.newPage();
      await tab.goto(`${sites.shop}${path}`);
      await expect(tab).toHaveURL(`${sites.shop}${path}`);
      await expect(tab.locator("body")).toContainText(person.name);
    }),
  );
});
