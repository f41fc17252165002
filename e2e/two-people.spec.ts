/** Two users in one browser: the hub never switches users without asking, and a sign-out leaves nothing of a user. */
import {
  expect,
  expectSignedInOn,
  expectSignedOutOn,
  fillSignInForm,
  type Person,
  type Sites,
  signIn,
  signOut,
  gatehouseTest as test,
} from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import { testWithPagesInMemory } from "./whole-browser.ts";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** The sign-in form of a site in a tab of its own, opened while nobody is signed in. */
async function openForm(page: Page, site: string): Promise<void> {
  await page.goto(`${site}/api/auth/sign-in?returnTo=%2F`);
  await expect(button(page, "Sign in")).toBeVisible();
}

async function expectChoice(page: Page, here: Person, other: Person): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Which account?");
  const main = page.getByRole("main");
  await expect(main).toContainText(here.name);
  await expect(main).toContainText(`You entered ${other.username}`);
}

for (const site of ["shop", "bank"] as const)
  for (const javaScriptEnabled of [true, false]) {
    const how = `${site === "shop" ? "CAS" : "OpenID Connect"}, JavaScript ${javaScriptEnabled ? "on" : "off"}`;

    test(`an old form sent by another user: continue as the signed-in user (${how})`, async ({
      browser,
      people,
      sites,
    }) => {
      const [alice, bob] = [await people.create(), await people.create()];
      const context = await browser.newContext({ javaScriptEnabled });
      const [first, second] = [await context.newPage(), await context.newPage()];
      await openForm(first, sites[site]);
      await signIn(second, alice);
      await fillSignInForm(first, { ...bob, password: "not the password of bob" });
      await expectChoice(first, alice, bob);
      await button(first, `Continue as ${alice.name}`).click();
      await first.waitForURL((url) => url.origin === sites[site]);
      await expectSignedInOn(first, sites[site], alice);
      await context.close();
    });

    test(`an old form sent by another user: sign out and sign in as that user (${how})`, async ({
      browser,
      people,
      sites,
    }) => {
      const [alice, bob] = [await people.create(), await people.create()];
      const other = site === "shop" ? sites.bank : sites.shop;
      const context = await browser.newContext({ javaScriptEnabled });
      const [first, second] = [await context.newPage(), await context.newPage()];
      await openForm(first, sites[site]);
      await signIn(second, alice, { at: other });
      await expectSignedInOn(second, other, alice);
      await fillSignInForm(first, bob);
      await expectChoice(first, alice, bob);
      await expectSignedInOn(second, other, alice);
      await button(first, `Sign out and sign in as ${bob.username}`).click();
      await first.waitForURL((url) => url.origin === sites[site]);
      await expectSignedInOn(first, sites[site], bob);
      await expectSignedOutOn(second, other);
      await context.close();
    });
  }

test("an old form sent by another user with a wrong password, then switched: the form with the name and the error", async ({
  context,
  people,
  sites,
}) => {
  const [alice, bob] = [await people.create(), await people.create()];
  const [first, second] = [await context.newPage(), await context.newPage()];
  await openForm(first, sites.bank);
  await signIn(second, alice);
  await fillSignInForm(first, { ...bob, password: "not the password of bob" });
  await expectChoice(first, alice, bob);
  await button(first, `Sign out and sign in as ${bob.username}`).click();
  await expect(first.getByRole("alert")).toContainText("do not belong together");
  await expect(first.getByLabel("Username or email")).toHaveValue(bob.username);
  await fillSignInForm(first, bob);
  await expectSignedInOn(first, sites.bank, bob);
});

test("an old form sent by the same user continues", async ({ context, people, sites }) => {
  const alice = await people.create();
  for (const site of [sites.shop, sites.bank]) {
    const [first, second] = [await context.newPage(), await context.newPage()];
    await openForm(first, site);
    await signIn(second, alice);
    await fillSignInForm(first, alice);
    await first.waitForURL((url) => url.origin === site);
    await expectSignedInOn(first, site, alice);
    await signOut(second);
    await expectSignedOutOn(first, site);
  }
});

test("after a sign-out the form is empty and shows nothing of the previous user", async ({
  page,
  people,
  sites,
}) => {
  const alice = await people.create();
  await signIn(page, alice, { at: sites.shop });
  await signOut(page);
  await page.getByRole("link", { name: "Sign in again" }).click();
  await expect(page.getByLabel("Username or email")).toHaveValue("");
  await expect(page.getByLabel("Username or email")).toBeFocused();
  await expect(page.getByRole("main")).not.toContainText(/signed out/i);
  await expect(page.getByRole("main")).not.toContainText(alice.username);
});

for (const javaScriptEnabled of [true, false]) {
  const how = `JavaScript ${javaScriptEnabled ? "on" : "off"}`;

  test(`a shop page of one user adds and changes nothing for the next one (${how})`, async ({
    browser,
    people,
    sites,
  }) => {
    const [alice, bob] = [await people.create(), await people.create()];
    const context = await browser.newContext({ javaScriptEnabled });
    const [first, second, third] = [
      await context.newPage(),
      await context.newPage(),
      await context.newPage(),
    ];
    await signIn(first, alice, { at: `${sites.shop}/` });
    await button(first, "Add Sourdough loaf to basket").click();
    await expect(first.getByRole("status")).toContainText("Sourdough loaf is in your basket");
    await second.goto(`${sites.shop}/cart`);
    await signOut(third);
    await signIn(third, bob, { at: `${sites.shop}/products/sourdough-loaf` });
    await button(third, "Add to basket").click();
    await expect(third.getByRole("banner")).toContainText("Basket1 (1 thing)");

    await button(first, "Add Dark chocolate to basket").click();
    await expectBasketOf(first, bob);
    await second.getByLabel("Quantity of Sourdough loaf").fill("7");
    await button(second, "Change quantity of Sourdough loaf").click();
    await expectBasketOf(second, bob);
    await button(second, "Remove Sourdough loaf").click();
    await expect(second.getByRole("main")).toContainText("Nothing in it yet");
    await context.close();
  });

  test(`a shop page of a user who has signed out changes no basket, and says so (${how})`, async ({
    browser,
    people,
    sites,
  }) => {
    const alice = await people.create();
    const context = await browser.newContext({ javaScriptEnabled });
    const [first, second] = [await context.newPage(), await context.newPage()];
    await signIn(first, alice, { at: `${sites.shop}/` });
    await button(first, "Add Sourdough loaf to basket").click();
    await first.goto(`${sites.shop}/cart`);
    await signOut(second);
    await expectSignedOutOn(second, sites.shop);
    await button(first, "Remove Sourdough loaf").click();
    await expect(first.getByRole("main")).toContainText("Nothing was changed.");
    await expect(first.getByRole("main")).toContainText("Your basket is kept. Sign in to see it.");
    await signIn(first, alice, { at: `${sites.shop}/cart` });
    await expect(first.getByRole("main")).toContainText("Sourdough loaf");
    await context.close();
  });

  test(`a transfer form of one user moves nothing for the next one (${how})`, async ({
    browser,
    people,
    sites,
  }) => {
    const [alice, bob] = [await people.create(), await people.create()];
    const context = await browser.newContext({ javaScriptEnabled });
    const [first, second] = [await context.newPage(), await context.newPage()];
    await signIn(first, alice, { at: `${sites.bank}/transfer` });
    await first.getByLabel("Amount in euros").fill("12.50");
    await first.getByLabel("Reference").fill("For the boat");
    await signOut(second);
    await signIn(second, bob, { at: `${sites.bank}/accounts` });
    const before = await second.getByRole("main").textContent();

    await button(first, "Move the money").click();
    await expectEmptyTransferFormOf(first, bob);
    await second.reload();
    expect(await second.getByRole("main").textContent()).toBe(before);
    await first.getByLabel("Amount in euros").fill("1");
    await button(first, "Move the money").click();
    await expect(first.getByRole("heading", { level: 1 })).toHaveText("€1.00 moved");
    await context.close();
  });

  test(`a transfer form sent after a sign-out is not shown to the user who signs in instead (${how})`, async ({
    browser,
    people,
    sites,
  }) => {
    const [alice, bob] = [await people.create(), await people.create()];
    const context = await browser.newContext({ javaScriptEnabled });
    const [first, second] = [await context.newPage(), await context.newPage()];
    await signIn(first, alice, { at: `${sites.bank}/transfer` });
    await first.getByLabel("Amount in euros").fill("12.50");
    await first.getByLabel("Reference").fill("For the boat");
    await signOut(second);
    await expectSignedOutOn(second, sites.bank);
    await button(first, "Move the money").click();
    await fillSignInForm(first, bob);
    await expectEmptyTransferFormOf(first, bob);
    await context.close();
  });

  test(`@clock a user who signs in instead at a step-up does not see the form, and is told (${how})`, async ({
    browser,
    people,
    sites,
    clock,
  }) => {
    const [alice, bob] = [await people.create(), await people.create()];
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await signIn(page, alice, { at: `${sites.bank}/transfer` });
    await page.getByLabel("Amount in euros").fill("12.50");
    await page.getByLabel("Reference").fill("For the boat");
    await clock.advance("301s");
    await button(page, "Move the money").click();
    await fillSignInForm(page, bob);
    await button(page, `Sign out and sign in as ${bob.username}`).click();
    await expectEmptyTransferFormOf(page, bob);
    await context.close();
  });
}

test("a basket page without a user acts for the user who has signed in since", async ({
  context,
  people,
  sites,
}) => {
  const alice = await people.create();
  const [first, second] = [await context.newPage(), await context.newPage()];
  await first.goto(sites.shop);
  await signIn(second, alice, { at: `${sites.shop}/` });
  await button(first, "Add Dark chocolate to basket").click();
  await expect(first.getByRole("status")).toContainText("Dark chocolate is in your basket");
  await second.goto(`${sites.shop}/cart`);
  await expect(second.getByRole("main")).toContainText("Dark chocolate");
});

/** The basket of a user with one loaf, after a form of another user's page was refused. */
async function expectBasketOf(page: Page, person: Person): Promise<void> {
  const main = page.getByRole("main");
  await expect(main).toContainText(`You are now signed in as ${person.name}.`);
  await expect(main).toContainText("opened by another user, so nothing was changed");
  await expect(page.getByRole("banner")).toContainText("Basket1 (1 thing)");
  await expect(page.getByLabel("Quantity of Sourdough loaf")).toHaveValue("1");
}

async function expectEmptyTransferFormOf(page: Page, person: Person): Promise<void> {
  await expect(page.getByRole("main")).toContainText(`You are now signed in as ${person.name}.`);
  await expect(page.getByRole("main")).toContainText("none of your money was moved");
  await expect(page.getByLabel("Amount in euros")).toHaveValue("");
  await expect(page.getByLabel("Reference")).toHaveValue("");
}

/** Private pages of the hub, and how to reach them. */
const privatePages: Readonly<Record<string, (page: Page, sites: Sites) => Promise<void>>> = {
  "the page with the user's sessions": async (page, { hub }) => {
    await page.goto(`${hub}/account/sessions`);
  },
  "an app password that was just made": async (page, { hub }) => {
    await page.goto(`${hub}/account/app-passwords/new`);
    await page.getByLabel("Name").fill("Backup of the laptop");
    await page.getByLabel("See who you are").check();
    await page.getByRole("button", { name: "Make the app password" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your new app password");
  },
  "the page for a device's code": async (page, { hub }) => {
    await page.goto(`${hub}/oidc/device`);
  },
};

for (const [what, open] of Object.entries(privatePages))
  for (const where of ["in this tab", "in another tab"])
    testWithPagesInMemory(
      `Back after a sign-out ${where} does not show ${what}`,
      async ({ context, people, sites }) => {
        const alice = await people.create();
        const page = await context.newPage();
        await signIn(page, alice);
        await open(page, sites);
        const address = page.url();
        await page.goto("about:blank");
        if (where === "in this tab") await signOut(page);
        else await signOut(await context.newPage());
        for (let step = 0; step < 3; step += 1) {
          // Chromium asks before it posts a form again, and does not show the previous answer until then.
          await page
            .goBack({ waitUntil: "commit" })
            .catch((error: Error) => expect(error.message).toContain("ERR_CACHE_MISS"));
          await expect(page.locator("body")).toBeAttached();
          await expect(page.locator("body")).not.toContainText(alice.name);
          await expect(page.locator("code")).toHaveCount(0);
          if (page.url() === address) break;
        }
      },
    );

test("on the smallest phone the button is in sight, and the username has the focus", async ({
  browser,
  sites,
}) => {
  const context = await browser.newContext({ viewport: { width: 320, height: 553 } });
  const page = await context.newPage();
  for (const address of [
    `${sites.hub}/cas/login`,
    `${sites.shop}/api/auth/sign-in?returnTo=%2F`,
    `${sites.bank}/api/auth/sign-in?returnTo=%2F`,
  ]) {
    await page.goto(address);
    await expect(page.getByLabel("Username or email")).toBeFocused();
    const box = await button(page, "Sign in").boundingBox();
    expect(box === null ? null : box.y + box.height, address).toBeLessThanOrEqual(553);
  }
  await context.close();
});
