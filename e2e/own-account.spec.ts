/** Users change, export and delete their own account. */
import { readFile } from "node:fs/promises";
import {
  expect,
  expectSignedInOn,
  expectSignedOutEverywhere,
  fillSignInForm,
  readMails,
  signIn,
  gatehouseTest as test,
} from "@gatehouse/testing";

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

for (const javaScriptEnabled of [true, false]) {
  const suffix = `JavaScript ${javaScriptEnabled ? "on" : "off"}`;

  test(`name and picture are changed, and sites show the new name, ${suffix}`, async ({
    browser,
    people,
    sites,
  }) => {
    const person = await people.create();
    const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    await signIn(page, person);
    await page.getByRole("link", { name: "Change your name" }).click();
    await page.getByLabel("Name", { exact: true }).fill("");
    await page.getByRole("button", { name: "Save the name" }).click();
    await expect(page).toHaveTitle(/^Error: /);
    await expect(page.getByRole("alert")).toContainText("Enter your name");
    await page.getByLabel("Name", { exact: true }).fill("נועה כהן");
    await page.getByRole("button", { name: "Save the name" }).click();
    await expect(page.getByRole("status")).toContainText("Your name is נועה כהן.");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("נועה כהן");

    await page.getByRole("link", { name: "Change your picture" }).click();
    const file = { name: "me.png", mimeType: "image/png", buffer: png };
    await page
      .getByLabel("Picture", { exact: true })
      .setInputFiles({ ...file, buffer: Buffer.from("no picture") });
    await page.getByRole("button", { name: "Use this picture" }).click();
    await expect(page.getByRole("alert")).toContainText("PNG, JPEG or WebP");
    await page.getByLabel("Picture", { exact: true }).setInputFiles(file);
    await page.getByRole("button", { name: "Use this picture" }).click();
    await expect(page.getByRole("status")).toHaveText("Your picture is changed.");
    const drawn = page.locator("img.avatar");
    expect(await drawn.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(1);

    await page.goto(`${sites.bank}/accounts`);
    await expectSignedInOn(page, sites.bank, { ...person, name: "נועה כהן" });
    await page.goto(`${sites.hub}/account/picture`);
    await page.getByRole("button", { name: "Remove the picture" }).click();
    await expect(drawn).toHaveCount(0);
    await context.close();
  });

  test(`an account is deleted after its user confirms, and kept when they sign in again, ${suffix}`, async ({
    browser,
    people,
    sites,
  }) => {
    const person = await people.create();
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await signIn(page, person, { at: sites.shop });
    await page.goto(`${sites.hub}/account/data`);
    await page.getByRole("button", { name: "Delete my account" }).click();
    await expect(page.getByRole("alert")).toContainText(`Enter your username, ${person.username}`);
    await page.getByLabel(/enter your username/).fill(person.username);
    await page.getByRole("button", { name: "Delete my account" }).click();
    await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
    await expect(page.getByText("Your account will be deleted on")).toBeVisible();
    await expectSignedOutEverywhere(page, [sites.shop]);
    const [mail] = await readMails(person.email);
    expect(mail?.kind).toBe("deletion-due");

    await page.goto(`${sites.bank}/accounts`);
    await fillSignInForm(page, person);
    await expect(page.getByRole("heading", { name: "Keep your account?" })).toBeVisible();
    await page.getByRole("button", { name: "Keep my account" }).click();
    await expect(page).toHaveURL(`${sites.bank}/accounts`);
    await expectSignedInOn(page, sites.bank, person);
    await page.goto(`${sites.hub}/account`);
    await expect(page.getByText("Your account will be deleted")).toHaveCount(0);
    await context.close();
  });
}

test("the export is a file with the user's data", async ({ page, people, sites }) => {
  const person = await people.create();
  await signIn(page, person);
  await page.goto(`${sites.hub}/account`);
  await page.getByRole("link", { name: "Go to your data" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download my data" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`gatehouse-${person.username}.json`);
  const data = JSON.parse(await readFile(await download.path(), "utf8"));
  expect(data.profile).toMatchObject({ username: person.username, email: person.email });
});

test("a new email address counts once its link is confirmed, and the old one is told, JavaScript off", async ({
  browser,
  people,
  sites,
}) => {
  const person = await people.create();
  const address = `new-${person.email}`;
  const context = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width: 360, height: 740 },
  });
  const page = await context.newPage();
  await signIn(page, person);
  await page.getByRole("link", { name: "Change your email" }).click();
  await page.getByLabel("New email address").fill("nobody");
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page).toHaveTitle(/^Error: /);
  await expect(page.getByRole("alert")).toContainText("such as name@example.com");
  await page.getByLabel("New email address").fill(address);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page.getByRole("status")).toContainText(`A mail goes to ${address}.`);
  await expect(page.getByRole("main")).toContainText(person.email);

  const [mail] = await readMails(address);
  await page.goto(mail?.link ?? "");
  await page.getByRole("button", { name: "Use this address" }).click();
  await page.getByRole("link", { name: "Go to your account" }).click();
  await expect(page.getByRole("main").getByText(address, { exact: true })).toBeVisible();
  await expect(page.getByText("Confirmed", { exact: true })).toBeVisible();
  expect((await readMails(person.email))[0]?.kind).toBe("email-changed");
  await page.goto(`${sites.bank}/accounts`);
  await expectSignedInOn(page, sites.bank, person);
  await context.close();
});
