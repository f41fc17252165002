import { ageAttempts } from "@gatehouse/database/test-clock";
import { poolOf } from "@gatehouse/database/test-pool";
import { testRecord } from "@gatehouse/database/test-record";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { addCodes, codeOf, enterFactor } from "../test-support/factor-fixture.ts";
import { giveConsent } from "../test-support/give-consent.ts";

let opened: TestHub;
let person: TestPerson;
let browser: TestBrowser;
beforeAll(async () => {
  opened = await openTestHub({ environment: { LOGIN_THROTTLE: "on" } });
});
beforeEach(async () => {
  person = await opened.createPerson();
  browser = new TestBrowser(opened);
  await browser.signIn(person);
});
afterAll(() => opened.close());

const path = "/account/password";
const chosen = "seven yellow submarines";
const people = () => opened.hub.database.people;
const canSignIn = async (password: string) => {
  const { username } = person;
  return (await new TestBrowser(opened).signIn({ username, password })).location === "/account";
};
const hidden = async (at = path) =>
  Object.fromEntries(
    (await browser.get(at)).screen("change-password").hidden.map(({ name, value }) => [name, value]),
  );
const send = async (fields: Record<string, string>) =>
  browser.post(path, { ...(await hidden()), current: person.password, password: chosen, ...fields });
const errorsOf = async (fields: Record<string, string>) => {
  const answer = await send(fields);
  expect(answer.status).toBe(400);
  return answer.screen("change-password").errors;
};

test("ASVS 6.2.2 a user changes the password, and signs in with the new one only", async () => {
  const answer = await send({});
  expect([answer.status, answer.location]).toEqual([303, "/account/security"]);
  const notice = (await browser.follow(answer)).screen("account-security").notice;
  expect(notice).toEqual({ at: "password", text: "Your password is changed." });
  expect([await canSignIn(person.password), await canSignIn(chosen)]).toEqual([false, true]);
});

describe("ASVS 6.2.3 the current password", () => {
  test("is required, and a wrong one changes nothing", async () => {
    expect(await errorsOf({ current: "" })).toEqual([{ code: "current_missing" }]);
    expect(await errorsOf({ current: "not the password" })).toEqual([{ code: "current_wrong" }]);
    expect(await canSignIn(person.password)).toBe(true);
    const [refusal] = await opened.hub.database.auditEvents.listNewest(
      { personId: person.id, kinds: ["password-changed"] },
      { limit: 9 },
    );
    expect(refusal?.outcome).toBe("credentials_wrong");
  });

  test("is throttled like a sign-in, and a refused new password spends no attempt", async () => {
    for (let i = 0; i < 10; i++) await errorsOf({ current: `guess ${i}`, password: "short" });
    for (let i = 0; i < 5; i++)
      expect(await errorsOf({ current: `guess ${i}` })).toEqual([{ code: "current_wrong" }]);
    await ageAttempts(opened.hub.database, -600);
    // Not even the right one is tried.
    for (const fields of [{ current: "guess 6" }, {}]) {
      const answer = await send(fields);
      const [error] = answer.screen("change-password").errors;
      expect([answer.status, error?.code]).toEqual([429, "too_many_attempts"]);
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(500);
      expect(error).toHaveProperty("retryInSeconds", Number(answer.headers["retry-after"]));
    }
  });
});

describe("a user with a second step", () => {
  const hashOf = async () => (await people().findForSignIn(person.username))?.passwordHash;
  const leadsToSignIn = `/cas/login?${new URLSearchParams({ renew: "true", reason: "fresh-sign-in", return: path })}`;

  test("cannot change the password with a session that lacks it, and the right password", async () => {
    const form = await hidden();
    const before = await hashOf();
    await addCodes(opened, person);
    expect((await browser.get(path)).location).toBe(leadsToSignIn);
    const answer = await browser.post(path, { ...form, current: person.password, password: chosen });
    expect(answer.location).toBe(leadsToSignIn);
    expect(await hashOf()).toBe(before);
  });

  test("changes it after a fresh sign-in with both, and not with an older one", async () => {
    const { secret } = await addCodes(opened, person);
    const asked = await browser.signIn(person, leadsToSignIn.slice("/cas/login".length));
    const back = await enterFactor(browser, asked.location, { code: codeOf(opened, secret) });
    expect(back.location).toBe(path);
    const form = await hidden();
    await opened.advance(301);
    const stale = await browser.post(path, { ...form, current: person.password, password: chosen });
    expect(stale.location).toBe(leadsToSignIn);
    const again = await browser.signIn(person, leadsToSignIn.slice("/cas/login".length));
    await enterFactor(browser, again.location, { code: codeOf(opened, secret) });
    expect((await send({})).location).toBe("/account/security");
  });
});

test.each([
  ["missing", "", { code: "password_missing" }],
  ["too short", "x".repeat(14), { code: "password_refused", why: "Use at least 15 characters." }],
  ["common", "passwordpassword", { why: expect.stringContaining("one of the first") }],
  ["with a TAB", "seven\tyellow submarines", { why: expect.stringContaining("TABs") }],
])("a new password is refused with the reason: %s", async (_, password, error) => {
  expect(await errorsOf({ password })).toMatchObject([error]);
});

test("ASVS 6.2.11 a new password that is built from the user's own data is refused, and names it", async () => {
  const [error] = await errorsOf({ password: `${person.username}-gatehouse-2026` });
  expect(error).toMatchObject({ why: expect.stringContaining(`“${person.username}”`) });
});

test("the current password again is no change", async () => {
  expect(await errorsOf({ password: person.password })).toEqual([{ code: "password_same" }]);
});

test("ASVS 7.4.3 the other sessions end and the app passwords are revoked in one step if the user ticks the boxes", async () => {
  const elsewhere = new TestBrowser(opened);
  await elsewhere.signIn(person);
  await opened.hub.database.appPasswords.create(
    {
      id: crypto.randomUUID(),
      personId: person.id,
      secret: "x".repeat(40),
      name: "Mail",
      scopes: [],
      lifeSeconds: 600,
    },
    testRecord,
  );
  await giveConsent(opened.hub.database, { personId: person.id, clientId: "budget" });
  const form = (await browser.get(path)).screen("change-password");
  expect([form.endSessions, form.disconnectApps]).toEqual([true, true]);
  // An error keeps the choice.
  const unticked = (await send({ password: "short", disconnectApps: "true" })).screen("change-password");
  expect([unticked.endSessions, unticked.disconnectApps]).toEqual([false, true]);

  await send({ endSessions: "true", disconnectApps: "true" });
  expect((await elsewhere.get("/account")).location).toContain("/cas/login");
  expect((await elsewhere.follow(await elsewhere.get("/account"))).screen("login").reason).toBe(
    "password-changed",
  );
  expect((await browser.get("/account")).status).toBe(200);
  expect(await opened.hub.database.appPasswords.listOf(person.id)).toEqual([]);
  const filter = { personId: person.id, kinds: ["app-password-revoked", "consent-revoked"] };
  expect(
    (await opened.hub.database.auditEvents.listNewest(filter, { limit: 9 })).map(
      ({ kind, siteId, facts }) => ({ kind, siteId, facts }),
    ),
  ).toEqual(
    expect.arrayContaining([
      { kind: "app-password-revoked", siteId: null, facts: { name: "Mail" } },
      { kind: "consent-revoked", siteId: "budget", facts: {} },
    ]),
  );
});

test("without the boxes, other sessions and app passwords stay", async () => {
  const elsewhere = new TestBrowser(opened);
  await elsewhere.signIn(person);
  await send({});
  expect((await elsewhere.get("/account")).status).toBe(200);
});

test("a change is mailed to the user and recorded in the audit trail", async () => {
  await send({});
  const { mails, auditEvents } = opened.hub.database;
  const sent = await mails.list(10, `${person.username}@example.com`);
  expect(sent.map(({ kind }) => kind)).toEqual(["password-changed"]);
  const filter = { personId: person.id, kinds: ["password-changed"] };
  expect(await auditEvents.listNewest(filter, { limit: 10 })).toMatchObject([
    { outcome: "done", actor: person.id, facts: {} },
  ]);
});

test("two forms at once: the second one asks for the password that is current now", async () => {
  const answers = await Promise.all([send({}), send({ password: "nine purple elephants" })]);
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 400]);
});

describe("a user without a password", () => {
  beforeEach(async () => {
    await poolOf(opened.hub.database).query("DELETE FROM password_credentials WHERE user_id = $1", [
      person.id,
    ]);
  });

  test("adds one with a fresh sign-in, and is not asked for a current one", async () => {
    const answer = await browser.get(path);
    expect(answer.location).toBe("/account/password/add");
    const fields = await hidden("/account/password/add");
    const added = await browser.post("/account/password/add", { ...fields, password: chosen });
    expect(added.location).toBe("/account/security");
    expect(await canSignIn(chosen)).toBe(true);
  });

  test("adds one in an unknown browser that has the session: it stays unknown", async () => {
    const fields = await hidden("/account/password/add");
    expect(browser.cookies.get("gatehouse-browser")).toBeDefined();
    browser.cookies.delete("gatehouse-browser");
    const { location, cookies } = await browser.post("/account/password/add", {
      ...fields,
      password: chosen,
    });
    expect(location).toBe("/account/security");
    expect(cookies.filter((cookie) => cookie.includes("gatehouse-browser="))).toEqual([]);
  });

  test("is asked to sign in again if the sign-in is older than five minutes", async () => {
    const fields = await hidden("/account/password/add");
    await opened.advance(301);
    for (const answer of [
      await browser.get("/account/password/add"),
      await browser.post("/account/password/add", { ...fields, password: chosen }),
    ])
      expect(answer.location).toContain("reason=fresh-sign-in");
    expect((await people().findForSignIn(person.username))?.passwordHash).toBeNull();
  });
});

test("a user with a password cannot get around the current one by adding another", async () => {
  expect((await browser.get("/account/password/add")).location).toBe(path);
  const added = await browser.post("/account/password/add", { ...(await hidden()), password: chosen });
  expect(added.location).toBe(path);
  expect(await canSignIn(person.password)).toBe(true);
});

describe("W3C change-password-url", () => {
  test.each(["GET", "HEAD"])("%s /.well-known/change-password leads to the form", async (method) => {
    const answer = await new TestBrowser(opened).send(method, "/.well-known/change-password");
    expect([answer.status, answer.location]).toEqual([303, path]);
  });

  test("a page that does not exist is not answered with success", async () => {
    const missing = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    for (const method of ["GET", "HEAD"])
      expect((await new TestBrowser(opened).send(method, missing)).status).toBe(404);
  });

  test("a browser that is not signed in comes back to the form after the sign-in", async () => {
    const stranger = new TestBrowser(opened);
    const answer = await stranger.get(path);
    const query = answer.location.slice(answer.location.indexOf("?"));
    expect((await stranger.signIn(person, query)).location).toBe(path);
  });
});

test("a password of a megabyte is refused at once, in the form and at the sign-in", async () => {
  const megabyte = "x".repeat(1_000_000);
  expect(
    (await browser.post(path, { ...(await hidden()), current: megabyte, password: megabyte })).status,
  ).toBe(413);
  const { username } = person;
  expect((await new TestBrowser(opened).signIn({ username, password: megabyte })).status).toBe(413);
});

test("a browser that several users share stays known to each: attempts from elsewhere delay none of them", async () => {
  const other = await opened.createPerson();
  await browser.signIn(other, "?prompt=login");
  await browser.get("/cas/logout");
  await browser.signIn(other);
  const stranger = new TestBrowser(opened);
  for (let tries = 0; tries < 12; tries += 1) await stranger.signIn({ ...person, password: "wrong" });
  expect((await stranger.follow(await stranger.signIn(person))).screen("login").error?.code).toBe(
    "too_many_attempts",
  );
  await browser.get("/cas/logout");
  expect((await browser.signIn(person)).location).toBe("/account");
});
