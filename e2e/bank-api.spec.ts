/** The bank's API with an app password: allows its scopes, and nothing after the revocation. */
import { expect, type Person, type Sites, signIn, gatehouseTest as test } from "@gatehouse/testing";
import type { Page } from "@playwright/test";

const bearer = 'Bearer realm="harbour-bank"';
const basic = 'Basic realm="harbour-bank", charset="UTF-8"';

const call = ({ bank }: Sites, path: string, more: RequestInit = {}) => fetch(new URL(path, bank), more);

const withPassword = ({ username }: Person, password: string) => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
});

async function makeAppPassword(page: Page, { hub }: Sites, allowed: readonly string[]): Promise<string> {
  await page.goto(`${hub}/account/app-passwords/new`);
  await page.getByLabel("Name").fill("Spreadsheet");
  for (const what of allowed) await page.getByLabel(what).check();
  await page.getByRole("button", { name: "Make the app password" }).click();
  return (await page.locator("code").textContent()) ?? "";
}

test("RFC 6750 3 and RFC 7617 2 without credentials, the challenges name the accepted schemes only", async ({
  sites,
}) => {
  for (const path of ["/api/accounts", "/api/transactions"]) {
    const refused = await call(sites, path);
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, `${bearer}, ${basic}`]);
    expect(refused.headers.get("set-cookie")).toBeNull();
  }
});

test("RFC 6750 3.1 a token that the hub never issued is invalid_token", async ({ sites }) => {
  const refused = await call(sites, "/api/accounts", { headers: { authorization: "Bearer never-issued" } });
  expect(refused.status).toBe(401);
  expect(refused.headers.get("www-authenticate")).toContain(`${bearer}, error="invalid_token"`);
});

test("a session of the bank gives no access to its API", async ({ page, people, sites, browserFaults }) => {
  browserFaults.expect("console error", "status of 401");
  await signIn(page, await people.create(), { at: `${sites.bank}/accounts` });
  const status = await page.evaluate(async () => (await fetch("/api/accounts")).status);
  expect(status).toBe(401);
});

test("an app password reads within its scopes, and nothing after its revocation", async ({
  page,
  people,
  sites,
}) => {
  const person = await people.create();
  await signIn(page, person, { at: `${sites.bank}/accounts` });
  const shown = await page.getByRole("link", { name: /Savings/ }).textContent();
  const secret = await makeAppPassword(page, sites, ["See your accounts at Harbour Bank"]);
  const headers = withPassword(person, secret);

  const read = await call(sites, "/api/accounts", { headers });
  expect(read.status).toBe(200);
  const { accounts } = await read.json();
  expect(shown).toContain(accounts[1].number);

  const transfer = {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: "{}",
  };
  const refused = await call(sites, "/api/transfers", transfer);
  expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([403, basic]);
  expect(await refused.json()).toMatchObject({ error: "insufficient_scope" });

  await page.goto(`${sites.hub}/account/apps`);
  const row = page.getByRole("listitem").filter({ hasText: "Spreadsheet" });
  await row.getByText(/^Revoke:/).click();
  await row.getByRole("button", { name: /^Revoke/ }).click();
  await expect(page.getByRole("status")).toContainText("Spreadsheet is revoked.");
  const after = await call(sites, "/api/accounts", { headers });
  expect([after.status, after.headers.get("www-authenticate")]).toEqual([401, basic]);
});

test("the account's password gives no access", async ({ people, sites }) => {
  const person = await people.create();
  const refused = await call(sites, "/api/accounts", { headers: withPassword(person, person.password) });
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ error: "app_password_required" });
});
