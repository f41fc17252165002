/** `/account/data` over HTTP: the export, the deletion, and its undoing. */
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { bankWithApi, basic, makeAppPassword } from "../test-support/app-password.ts";
import { eventually } from "../test-support/eventually.ts";
import { giveConsent } from "../test-support/give-consent.ts";
import { mailsTo } from "../test-support/read-mails.ts";

const day = 86_400;
let opened: TestHub;
let alice: TestPerson;
let browser: TestBrowser;
beforeAll(async () => {
  opened = await openTestHub({ sites: bankWithApi, environment: { DELETION_GRACE: "3d" } });
});
beforeEach(async () => {
  alice = await opened.createPerson();
  browser = await signedIn();
  opened.shop.forget();
});
afterAll(() => opened.close());

async function signedIn(headers: Record<string, string> = {}): Promise<TestBrowser> {
  const made = new TestBrowser(opened, headers);
  await made.signIn(alice);
  return made;
}
async function enterShop(by: TestBrowser): Promise<string> {
  const { service } = opened.shop;
  const { location } = await by.get(`/cas/login?${new URLSearchParams({ service })}`);
  const ticket = new URL(location).searchParams.get("ticket") ?? "";
  await new TestBrowser(opened).get(`/cas/serviceValidate?${new URLSearchParams({ service, ticket })}`);
  return ticket;
}
const tokenOf = async (by = browser) => (await by.get("/account/data")).screen("account-data").token;
const exportData = async (token?: string) =>
  browser.post("/account/data/export", { token: token ?? (await tokenOf()) });
const requestDeletion = async (username = alice.username) =>
  browser.post("/account/delete", { token: await tokenOf(), username });
const exists = async () => (await opened.hub.database.people.findById(alice.id)) !== null;

describe("the export", () => {
  test("has everything about the user, as a file", async () => {
    await enterShop(browser);
    await makeAppPassword(browser, { name: "Backup" });
    await giveConsent(opened.hub.database, { personId: alice.id, clientId: "shop", scopes: ["openid"] });
    const answer = await exportData();
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json"]);
    expect(answer.headers["content-disposition"]).toBe(
      `attachment; filename="gatehouse-${alice.username}.json"`,
    );
    expect(JSON.parse(answer.body)).toMatchObject({
      exportedAt: expect.any(String),
      profile: { username: alice.username, email: `${alice.username}@example.com` },
      signInMethods: { password: { changedAt: expect.any(String) }, passkeys: [], oneTimeCodes: null },
      accountsAtProviders: [],
      sessions: [{ address: "127.0.0.1", siteSessions: [{ siteId: "shop" }] }],
      consents: [{ clientId: "shop" }],
      appPasswords: [{ name: "Backup" }],
      activity: expect.any(Array),
    });
  });

  test("ASVS 14.2.1 has no secret, no hash of one, and nothing of other users", async () => {
    const secret = await makeAppPassword(browser);
    const bob = await opened.createPerson();
    const { body } = await exportData();
    for (const hidden of [alice.password, secret, browser.cookies.get("TGC-gatehouse") ?? "", bob.username])
      expect(body).not.toContain(hidden);
    expect(body).not.toMatch(/argon2|sessionToken|"hash"|sealed|publicKey/i);
  });

  test("ASVS 3.5.3 is made by the form alone: a link records nothing", async () => {
    expect((await browser.get("/account/data/export")).status).toBe(405);
    expect((await exportData("0".repeat(32))).status).toBe(403);
    const filter = { personId: alice.id, kinds: ["data-exported"] };
    expect(await opened.hub.database.auditEvents.listNewest(filter, { limit: 9 })).toEqual([]);
  });

  test("ASVS 7.5.1 needs a fresh sign-in, which leads to the page with the form", async () => {
    const token = await tokenOf();
    await opened.advance(301);
    const asked = await exportData(token);
    expect(asked.status).toBe(303);
    expect(new URL(asked.location, opened.origin).searchParams.get("return")).toBe("/account/data");
  });
});

describe("the deletion of an account", () => {
  test("signs out everywhere at once, tells sites, revokes apps and app passwords, and mails the date", async () => {
    const other = await signedIn();
    const ticket = await enterShop(other);
    const secret = await makeAppPassword(browser);
    await giveConsent(opened.hub.database, { personId: alice.id, clientId: "shop", scopes: ["openid"] });
    const answer = await requestDeletion(` ${alice.username.toUpperCase()} `);
    const { deletionDueAt, isEverywhere, sites } = answer.screen("logged-out");
    expect(isEverywhere).toBe(true);
    expect(Date.parse(String(deletionDueAt)) - Date.now()).toBeGreaterThan(2.9 * day * 1000);
    expect(sites).toMatchObject([{ name: "The shop" }]);
    await eventually(() => expect(opened.shop.told()).toEqual([ticket]));
    for (const one of [browser, other]) expect((await one.get("/account")).status).toBe(303);
    const authorization = basic(alice.username, secret);
    expect((await new TestBrowser(opened).get("/api/v1/me", { authorization })).status).toBe(401);
    expect(await opened.hub.database.consents.listOf(alice.id)).toEqual([]);
    const mails = await opened.hub.database.mails.list(10);
    expect(mails).toContainEqual(
      expect.objectContaining({ kind: "deletion-due", recipient: `${alice.username}@example.com` }),
    );
    expect(await exists()).toBe(true);
  });

  test.each(["", "somebody-else", "alice@example.com"])(
    "needs the username: %j changes nothing",
    async (typed) => {
      const answer = await requestDeletion(typed);
      expect([answer.status, answer.screen("account-data")]).toMatchObject([
        400,
        { typed, error: "username_wrong", graceDays: 3 },
      ]);
      expect((await browser.get("/account")).screen("account").person.deletionDueAt).toBeNull();
    },
  );

  test("ASVS 7.5.1 needs a fresh sign-in", async () => {
    const token = await tokenOf();
    await opened.advance(301);
    const answer = await browser.post("/account/delete", { token, username: alice.username });
    expect(answer.location).toContain("renew=true&reason=fresh-sign-in&return=%2Faccount%2Fdata");
    expect((await browser.get("/account")).screen("account").person.deletionDueAt).toBeNull();
  });

  test("happens by upkeep when it is due, and not before", async () => {
    await requestDeletion();
    await opened.advance(3 * day - 60);
    await opened.hub.runUpkeep();
    expect(await exists()).toBe(true);
    await opened.advance(61);
    await opened.hub.runUpkeep();
    expect(await exists()).toBe(false);
  });
});

test("an app password that is made while the deletion is requested is refused in the right words", async () => {
  const authorization = basic(alice.username, await makeAppPassword(browser));
  const due = "UPDATE users SET deletion_due_at = hub_now() + interval '1 day' WHERE id = $1";
  await poolOf(opened.hub.database).query(due, [alice.id]);
  const ask = () => new TestBrowser(opened).get("/api/v1/me", { authorization });
  const refused = await ask();
  expect([refused.status, JSON.parse(refused.body).error]).toEqual([403, "deletion_due"]);
  const { token } = (await browser.get("/account/keep")).screen("keep-account");
  await browser.post("/account/keep", { token, answer: "keep" });
  expect((await ask()).status).toBe(200);
});

describe("signing in before the deletion is due", () => {
  test("asks first, keeps the account, and goes on to the site", async () => {
    await requestDeletion();
    const { service } = opened.shop;
    const again = new TestBrowser(opened);
    const answer = await again.signIn(alice, `?${new URLSearchParams({ service })}`);
    expect(answer.location).toMatch(/^\/account\/keep\?service=/);
    const { hidden, token, person } = (await again.follow(answer)).screen("keep-account");
    expect(person.deletionDueAt).not.toBeNull();
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    const kept = await again.post("/account/keep", { ...fields, token, answer: "keep" });
    const onward = await again.follow(kept);
    expect(onward.location.startsWith(`${service}?ticket=ST-`)).toBe(true);
    expect((await again.get("/account")).screen("account").person.deletionDueAt).toBeNull();
    await opened.advance(4 * day);
    await opened.hub.runUpkeep();
    expect(await exists()).toBe(true);
  });

  test("its browser stays known, and every other is new", async () => {
    const other = await signedIn();
    await requestDeletion();
    const mails = async () => (await mailsTo(opened.hub, `${alice.username}@example.com`)).length;
    const before = await mails();
    await browser.signIn(alice);
    expect(await mails()).toBe(before);
    await other.signIn(alice);
    expect(await mails()).toBe(before + 1);
  });

  test("and declining signs out, so that the account is deleted as planned", async () => {
    await requestDeletion();
    const again = await signedIn();
    const { token } = (await again.get("/account/keep")).screen("keep-account");
    const answer = await again.post("/account/keep", { token, answer: "delete" });
    const { deletionDueAt, isEverywhere } = answer.screen("logged-out");
    expect([deletionDueAt, isEverywhere]).toEqual([expect.any(String), false]);
    expect((await again.get("/account")).status).toBe(303);
    await opened.advance(3 * day);
    await opened.hub.runUpkeep();
    expect(await exists()).toBe(false);
  });
});
