/** Mailed links: a new account from a site and back to it, and a forgotten password without JavaScript on a phone. */
import { randomBytes } from "node:crypto";
import {
  expect,
  expectSignedOutOn,
  fillSignInForm,
  readMails,
  signIn,
  gatehouseTest as test,
} from "@gatehouse/testing";

const password = "seven green boats at noon";

/** Address of the single-use link in the newest mail that has one. */
async function mailedLink(recipient: string): Promise<string> {
  const link = (await readMails(recipient)).find(({ link }) => link?.includes("?link="))?.link;
  if (!link) throw new Error(`no mail with a link to ${recipient}`);
  return link;
}

test("a new user comes from the shop, creates an account by a mailed link, and is signed in at the shop", async ({
  page,
  sites,
}) => {
  const username = `dora-${randomBytes(4).toString("hex")}`;
  const email = `${username}@example.com`;
  await page.goto(sites.shop);
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Create an account" }).click();
  await expect(page.getByRole("main")).toContainText("to continue to Corner Shop");
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();

  await page.goto(await mailedLink(email));
  await page.getByLabel("Your name").fill("Dora Example");
  await page.getByLabel("Username").fill("Dora!");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create your account" }).click();
  await expect(page).toHaveTitle(/^Error: /);
  await expect(page.getByRole("alert")).toBeFocused();
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create your account" }).click();
  await page.waitForURL((url) => url.origin === sites.shop);
  await expect(page.getByRole("banner")).toContainText("Dora Example");

  // An address with an account gets the same page; the mail leads to the sign-in.
  await page.goto(`${sites.hub}/sign-up`);
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();
  const [mail] = await readMails(email);
  expect(mail?.link).toBe(`${sites.hub}/cas/login`);
});

for (const colorScheme of ["light", "dark"] as const)
  test(`a forgotten password is replaced without JavaScript, at phone width, ${colorScheme}`, async ({
    browser,
    page: elsewhere,
    people,
    sites,
  }) => {
    const person = await people.create();
    await signIn(elsewhere, person, { at: sites.shop });
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 360, height: 640 },
      colorScheme,
    });
    const page = await context.newPage();
    await page.goto(`${sites.shop}/cart`);
    await page.goto(
      `${sites.hub}/cas/login?${new URLSearchParams({ service: `${sites.shop}/api/auth/callback/gatehouse` })}`,
    );
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByLabel("Username or email").fill(person.username);
    await page.getByRole("button", { name: "Send me a link" }).click();
    await expect(page.getByRole("main")).toContainText("If");

    const link = await mailedLink(person.email);
    // A mail scanner opens it first.
    await page.request.get(link);
    await page.goto(link);
    const width = await page.locator("html").evaluate((html) => html.scrollWidth);
    expect(width).toBeLessThanOrEqual(360);
    await page.getByLabel("New password").fill(password);
    await page.getByRole("button", { name: "Change my password" }).click();
    await expect(page.getByRole("main")).toContainText("Your new password is set");
    await fillSignInForm(page, { username: person.username, password });
    await page.waitForURL((url) => url.origin === sites.shop);
    await elsewhere.goto(`${sites.shop}/cart`);
    await expectSignedOutOn(elsewhere, sites.shop);

    await page.goto(link);
    await expect(page.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
    await page.getByRole("link", { name: "Ask for another link" }).click();
    await expect(page).toHaveURL(`${sites.hub}/forgot-password`);
    await context.close();
  });
