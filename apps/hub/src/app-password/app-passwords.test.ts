/** App passwords on the account page, over HTTP: making, listing, revoking. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import {
  bankWithApi,
  basic,
  fillAppPasswordForm,
  makeAppPassword,
  sendAppPasswordForm,
} from "../test-support/app-password.ts";

let opened: TestHub;
let alice: TestPerson;
let browser: TestBrowser;
beforeAll(async () => {
  opened = await openTestHub({ sites: bankWithApi });
});
beforeEach(async () => {
  alice = await opened.createPerson();
  browser = await signedIn(alice);
});
afterAll(() => opened.close());

async function signedIn(person: TestPerson): Promise<TestBrowser> {
  const made = new TestBrowser(opened);
  await made.signIn(person);
  return made;
}
const page = async (from = browser) => (await from.get("/account/apps")).screen("account-apps");
const listed = async (from = browser) => (await page(from)).appPasswords;
async function works(secret: string): Promise<boolean> {
  const authorization = basic(alice.username, secret);
  return (await new TestBrowser(opened).get("/api/v1/me", { authorization })).status === 200;
}
async function revoke(id: string, from = browser, more: Record<string, string> = {}) {
  const { token } = await page(from);
  return from.post("/account/app-passwords/revoke", { token, "app-password": id, ...more });
}

describe("making an app password", () => {
  test("shows it once, on a response that is not cached", async () => {
    const fields = await fillAppPasswordForm(browser, { scopes: ["account.read", "bank:accounts.read"] });
    const answer = await sendAppPasswordForm(browser, fields);
    expect([answer.status, answer.headers["cache-control"]]).toEqual([200, "no-store"]);
    const { secret, ...rest } = answer.screen("app-password-made");
    expect(secret).toMatch(/^gh_[A-Za-z0-9]{43}$/);
    expect(rest).toEqual({
      name: "Backup",
      username: alice.username,
      token: (await page()).token,
      allows: [
        { words: "see who you are", at: null },
        { words: "see your accounts", at: "The bank" },
      ],
      expiresAt: expect.any(String),
    });
    expect(await works(secret)).toBe(true);
    for (const path of ["/account/apps", "/account/app-passwords/new"])
      expect((await browser.get(path)).body).not.toContain(secret);
    expect(opened.lines.join()).not.toContain(secret);
    const mails = await opened.hub.database.mails.list(10, `${alice.username}@example.com`);
    expect(mails).toContainEqual(
      expect.objectContaining({
        kind: "factor-changed",
        facts: expect.objectContaining({ change: "app-password-made", name: "Backup" }),
      }),
    );
    expect(JSON.stringify(mails)).not.toContain(secret);
  });

  test("makes a different one each time", async () => {
    const secrets = [await makeAppPassword(browser), await makeAppPassword(browser)];
    expect(new Set(secrets).size).toBe(2);
    expect(await listed()).toHaveLength(2);
  });

  test("a form that is sent twice makes one, and the second response does not show it", async () => {
    const fields = await fillAppPasswordForm(browser);
    const { secret } = (await sendAppPasswordForm(browser, fields)).screen("app-password-made");
    const again = await sendAppPasswordForm(browser, fields);
    expect([again.status, again.location]).toEqual([303, "/account/apps"]);
    const { notice } = (await browser.follow(again)).screen("account-apps");
    expect(notice?.text).toContain("shown only once");
    expect(await listed()).toHaveLength(1);
    expect(await works(secret)).toBe(true);
  });

  test.each([
    ["7", 7],
    ["30", 30],
    ["90", 90],
    ["365", 365],
  ])("it is valid for %s days", async (days, expected) => {
    await makeAppPassword(browser, { days });
    const [made] = await listed();
    const life = Date.parse(made?.expiresAt ?? "") - Date.parse(made?.createdAt ?? "");
    expect(life / 86_400_000).toBe(expected);
  });

  test("the form offers the scopes of registered sites, unticked, and preselects 30 days", async () => {
    const form = (await browser.get("/account/app-passwords/new")).screen("make-app-password");
    expect(form.scopes.map(({ field, at, chosen }) => [field, at, chosen])).toEqual([
      ["scope:account.read", null, false],
      ["scope:bank:accounts.read", "The bank", false],
      ["scope:bank:transactions.read", "The bank", false],
      ["scope:bank:transfers.write", "The bank", false],
    ]);
    expect(form.lives.filter(({ chosen }) => chosen).map(({ days }) => days)).toEqual([30]);
    expect(form.errors).toEqual([]);
  });

  test.each([
    ["no name", { name: "  " }, ["name_missing"]],
    ["a name that is too long", { name: "n".repeat(61) }, ["name_too_long"]],
    ["nothing allowed", { scopes: [] }, ["scope_missing"]],
    ["a scope that does not exist", { scopes: ["bank:everything"] }, ["scope_missing"]],
    ["no life", { days: "" }, ["life_missing"]],
    ["a life of one's own", { days: "3650" }, ["life_missing"]],
    [
      "nothing at all",
      { name: "", scopes: [], days: "x" },
      ["name_missing", "scope_missing", "life_missing"],
    ],
  ])("%s: 400, and the form shows all that was entered", async (_, typed, errors) => {
    const fields = await fillAppPasswordForm(browser, typed);
    const answer = await sendAppPasswordForm(browser, fields);
    const form = answer.screen("make-app-password");
    expect([answer.status, form.errors]).toEqual([400, errors]);
    expect(form.name).toBe(fields.name?.trim());
    expect(form.scopes.filter(({ chosen }) => chosen).map(({ field }) => field)).toEqual(
      Object.keys(fields).filter((field) => form.scopes.some((scope) => scope.field === field)),
    );
    expect(await listed()).toEqual([]);
  });

  test("a name has at most 60 characters, however many bytes they take", async () => {
    const name = "🗝".repeat(60);
    await makeAppPassword(browser, { name });
    expect((await listed())[0]?.name).toBe(name);
  });

  test("a form without its id gets 400", async () => {
    for (const id of ["", "x"]) {
      const answer = await sendAppPasswordForm(browser, { ...(await fillAppPasswordForm(browser)), id });
      expect([answer.status, answer.screen("refused").code]).toEqual([400, "form_incomplete"]);
    }
  });

  test("a user can have 25 app passwords", async () => {
    for (let count = 0; count < 25; count++) await makeAppPassword(browser);
    const answer = await sendAppPasswordForm(browser, await fillAppPasswordForm(browser));
    expect([answer.status, answer.screen("make-app-password").errors]).toEqual([400, ["too_many"]]);
    expect(await listed()).toHaveLength(25);
  });

  test("the form neither asks for nor accepts the account's password", async () => {
    const fields = await fillAppPasswordForm(browser);
    expect(Object.keys(fields).toSorted()).toEqual(["days", "id", "name", "scope:account.read", "token"]);
  });
});

describe("the account page lists the user's app passwords", () => {
  test("with scopes, creation, last use and expiry; never the secret", async () => {
    expect(await listed()).toEqual([]);
    const secret = await makeAppPassword(browser, { scopes: ["bank:transfers.write", "account.read"] });
    const [row] = await listed();
    expect(row).toEqual({
      id: expect.any(String),
      name: "Backup",
      allows: [
        { words: "see who you are", at: null },
        { words: "send money from your accounts", at: "The bank" },
      ],
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
      lastUsedAt: null,
      expired: false,
    });
    await works(secret);
    expect((await listed())[0]?.lastUsedAt).toEqual(expect.any(String));
  });

  test("ASVS 8.2.2 but not those of other users", async () => {
    await makeAppPassword(browser);
    const other = await signedIn(await opened.createPerson());
    expect(await listed(other)).toEqual([]);
  });

  test("also expired ones, which are refused", async () => {
    const secret = await makeAppPassword(browser, { days: "7" });
    await opened.advance(7 * 86_400);
    expect(await works(secret)).toBe(false);
    const later = await signedIn(alice);
    expect((await listed(later)).map(({ expired }) => expired)).toEqual([true]);
  });
});

describe("revoking an app password", () => {
  test("refuses its next call, and affects no other one", async () => {
    const secret = await makeAppPassword(browser, { name: "lost" });
    const other = await makeAppPassword(browser, { name: "kept" });
    const id = (await listed()).find(({ name }) => name === "lost")?.id ?? "";
    const answer = await revoke(id);
    expect([answer.status, answer.location]).toEqual([303, "/account/apps"]);
    expect((await browser.follow(answer)).screen("account-apps").notice).toEqual({
      at: "app-passwords",
      text: "lost is revoked. Whatever used it is refused from now on.",
    });
    expect([await works(secret), await works(other)]).toEqual([false, true]);
    expect((await listed()).map(({ name }) => name)).toEqual(["kept"]);
  });

  test("a second time says that it was revoked already", async () => {
    await makeAppPassword(browser);
    const [{ id } = { id: "" }] = await listed();
    await revoke(id);
    for (const which of [id, "no id at all"]) {
      await revoke(which);
      expect((await page()).notice?.text, which).toBe("That app password was revoked already.");
    }
  });

  test("ASVS 8.2.2 of another user does nothing", async () => {
    const secret = await makeAppPassword(browser);
    const [{ id } = { id: "" }] = await listed();
    const other = await signedIn(await opened.createPerson());
    await revoke(id, other);
    expect((await page(other)).notice?.text).toBe("That app password was revoked already.");
    expect(await works(secret)).toBe(true);
  });

  test("without an id gets 400", async () => {
    expect((await revoke("")).screen("refused").code).toBe("app_password_missing");
  });
});

describe("a form that is sent after the idle timeout", () => {
  const filled = { name: " Backup at home ", days: "90", "scope:account.read": "true" };
  /** Sends the form half an hour too late, and signs in. */
  async function interrupted(as = alice) {
    const late = new TestBrowser(opened);
    await late.signIn(alice);
    const fields: Record<string, string> = { ...(await fillAppPasswordForm(late)), ...filled };
    await opened.advance(1801);
    const asked = await late.post("/account/app-passwords/new", fields);
    expect(asked.location).toMatch(/^\/cas\/login\?return=%2Faccount%2Fapp-passwords%2Fnew%3Fform%3D/);
    expect(asked.location).not.toContain("Backup");
    const form = await late.follow(asked);
    const { username, password } = as;
    const back = await late.post("/cas/login", { ...late.hiddenFields(form), username, password });
    return { late, fields, page: await late.follow(back) };
  }

  test("is filled in again after the sign-in, and makes one app password when it is sent", async () => {
    const { late, fields, page: again } = await interrupted();
    const model = again.screen("make-app-password");
    expect(model.name).toBe("Backup at home");
    expect(model.scopes.filter(({ chosen }) => chosen).map(({ field }) => field)).toEqual([
      "scope:account.read",
    ]);
    expect(model.lives.find(({ chosen }) => chosen)?.days).toBe(90);
    const hidden = Object.fromEntries(model.hidden.map(({ name, value }) => [name, value]));
    expect(hidden.id).toBe(fields.id);
    const made = await late.post("/account/app-passwords/new", { ...filled, ...hidden });
    expect(made.screen("app-password-made").name).toBe("Backup at home");
  });

  test("is kept for the same user only: another user gets an empty form", async () => {
    const bob = await opened.createPerson();
    const { page: again } = await interrupted(bob);
    expect(again.screen("make-app-password").name).toBe("");
  });

  test("cannot be filled in by a forged link", async () => {
    for (const address of ["form=x", "name=Evil&scope%3Aaccount.read=true"]) {
      const model = (await browser.get(`/account/app-passwords/new?${address}`)).screen("make-app-password");
      expect([model.name, model.scopes.some(({ chosen }) => chosen)]).toEqual(["", false]);
    }
  });
});

describe("ASVS 7.5.1 making an app password requires a sign-in within the last five minutes", () => {
  const form = "/account/app-passwords/new";
  const returnOf = (location: string) => {
    const { pathname, searchParams } = new URL(location, opened.origin);
    return [
      pathname,
      `${searchParams.get("renew")} ${searchParams.get("reason")}`,
      searchParams.get("return"),
    ];
  };

  test("the page asks for the password only if the sign-in is older", async () => {
    await opened.advance(270);
    expect((await browser.get(form)).status).toBe(200);
    await opened.advance(31);
    const asked = await browser.get(form);
    expect([asked.status, ...returnOf(asked.location)]).toEqual([
      303,
      "/cas/login",
      "true fresh-sign-in",
      form,
    ]);
    const answer = await browser.signIn(alice, new URL(asked.location, opened.origin).search);
    expect((await browser.follow(answer)).screen("make-app-password").errors).toEqual([]);
  });

  test("a form sent later makes nothing, and is filled in again after the sign-in", async () => {
    const fields = await fillAppPasswordForm(browser, { scopes: ["account.read"], days: "90" });
    await opened.advance(301);
    const asked = await sendAppPasswordForm(browser, fields);
    expect([asked.status, returnOf(asked.location).slice(0, 2)]).toEqual([
      303,
      ["/cas/login", "true fresh-sign-in"],
    ]);
    expect(await listed()).toEqual([]);
    const answer = await browser.signIn(alice, new URL(asked.location, opened.origin).search);
    const again = (await browser.follow(answer)).screen("make-app-password");
    expect(again).toMatchObject({ name: "Backup", errors: [] });
    expect(again.scopes.filter(({ chosen }) => chosen).map(({ field }) => field)).toEqual([
      "scope:account.read",
    ]);
    expect(again.lives.filter(({ chosen }) => chosen).map(({ days }) => days)).toEqual([90]);
    const hidden = Object.fromEntries(again.hidden.map(({ name, value }) => [name, value]));
    expect(hidden.id).toBe(fields.id);
    const made = await sendAppPasswordForm(browser, { ...fields, ...hidden });
    expect(await works(made.screen("app-password-made").secret)).toBe(true);
  });

  test("revoking requires only a session", async () => {
    const secret = await makeAppPassword(browser);
    const [{ id } = { id: "" }] = await listed();
    await opened.advance(301);
    expect((await revoke(id)).location).toBe("/account/apps");
    expect(await works(secret)).toBe(false);
  });
});

describe("ASVS 3.5.1 forms are bound to the user's session", () => {
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ["no form token", { token: "" }, {}],
    ["a wrong one", { token: "0".repeat(32) }, {}],
    ["another site's page", {}, { origin: "https://evil.example" }],
    ["a sandboxed page", {}, { origin: "null", "sec-fetch-site": "cross-site" }],
    ["a page of another site, as the browser says", {}, { "sec-fetch-site": "cross-site" }],
  ])("%s: 403, and nothing is made or revoked", async (_, fields, headers) => {
    const secret = await makeAppPassword(browser);
    const [{ id } = { id: "" }] = await listed();
    const { token } = await page();
    const making = { ...(await fillAppPasswordForm(browser)), ...fields };
    expect((await sendAppPasswordForm(browser, making, headers)).status).toBe(403);
    const revoking = { token, "app-password": id, ...fields };
    expect((await browser.post("/account/app-passwords/revoke", revoking, headers)).status).toBe(403);
    expect([await works(secret), (await listed()).length]).toEqual([true, 1]);
  });

  test("a user without a session is redirected to the sign-in", async () => {
    const stranger = new TestBrowser(opened);
    const answers = [
      await stranger.get("/account/app-passwords/new"),
      await stranger.post("/account/app-passwords/new", {}),
      await stranger.post("/account/app-passwords/revoke", {}),
    ];
    for (const { status, location } of answers)
      expect([status, location.startsWith("/cas/login?return=")]).toEqual([303, true]);
  });

  test("an app password cannot stand in for a session", async () => {
    const authorization = basic(alice.username, await makeAppPassword(browser));
    expect((await new TestBrowser(opened).get("/account", { authorization })).status).toBe(303);
  });
});

test("ASVS 16.3.1 making and revoking are logged with user id and app password id only", async () => {
  await makeAppPassword(browser, { name: "a name of their own" });
  const [{ id } = { id: "" }] = await listed();
  await revoke(id);
  const lines = opened.lines.filter((line) => line.includes(id));
  expect(lines.map((line) => [JSON.parse(line).event, JSON.parse(line).person])).toEqual([
    ["app-password.made", alice.id],
    ["app-password.revoked", alice.id],
  ]);
  expect(opened.lines.join()).not.toContain("a name of their own");
});
