/** Mails, from what causes them to the link in them. */
import { expect, readMails, signIn, gatehouseTest as test } from "@gatehouse/testing";

test("a sign-in with a new browser sends a mail, whose link leads to the account", async ({
  page,
  browser,
  people,
  sites: { hub },
}) => {
  const person = await people.create();
  await signIn(page, person);
  expect(await readMails(person.email)).toEqual([]);

  const elsewhere = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width: 360, height: 740 },
  });
  const other = await elsewhere.newPage();
  await signIn(other, person);
  expect((await readMails(person.email)).map(({ kind }) => kind)).toEqual(["new-browser"]);

  await other.goto(`${hub}/dev/mail`);
  await other.getByLabel("Recipient").fill(person.email.toUpperCase());
  await other.getByRole("button", { name: "Show" }).click();
  await expect(other.getByRole("listitem")).toHaveCount(1);
  await other.getByRole("link", { name: "New sign-in to your account" }).click();
  await expect(other.getByText(/With: Chrom/)).toBeVisible();
  const overflow = await other.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth);
  expect(overflow).toBe(0);
  await other.getByRole("link", { name: `${hub}/account`, exact: true }).click();
  await expect(other).toHaveURL(`${hub}/account`);
  await elsewhere.close();
});

test("the HTML of a mail fits a phone, light and dark", async ({ page, browser, people }) => {
  const person = await people.create();
  for (const _ of [1, 2]) {
    const context = await browser.newContext();
    await signIn(await context.newPage(), person);
    await context.close();
  }
  const [mail] = await readMails(person.email);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.setContent(mail?.html ?? "");
  await expect(page.getByRole("heading", { name: "New sign-in to your account" })).toBeVisible();
  const backgrounds: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await page.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth)).toBe(0);
    backgrounds.push(await page.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor));
    if (process.env.SCREENSHOTS_DIR)
      await page.screenshot({ path: `${process.env.SCREENSHOTS_DIR}/mail-html-${colorScheme}.png` });
  }
  expect(backgrounds).toEqual(["rgb(245, 245, 243)", "rgb(18, 19, 21)"]);
});
