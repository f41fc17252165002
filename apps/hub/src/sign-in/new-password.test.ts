/** Passwords that an operator set in earlier versions must be changed at the next sign-in. */
import { testRecord } from "@gatehouse/database/test-record";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hashPassword } from "../credential/password.ts";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { codeOf, createPersonWithCodes, enterFactor } from "../test-support/factor-fixture.ts";
import { mailsTo } from "../test-support/read-mails.ts";

let opened: TestHub;
let person: TestPerson;
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop }) => ({ shop: shop.registration({ cas: { services: [shop.service], rest: true } }) }),
  });
});
beforeEach(async () => {
  person = await opened.createPerson();
  const found = await opened.hub.database.people.findForSignIn(person.username);
  await opened.hub.database.passwords.setMustChange(person.id, found?.passwordHash ?? "", true);
});
afterAll(() => opened.close());

const path = "/cas/login/new-password";
const chosen = "seven yellow submarines";
const toShop = () => `?${new URLSearchParams({ service: opened.shop.service })}`;
const sessionsOf = () => opened.hub.database.sessions.listOf(person.id);
const canSignIn = async (password: string) => {
  const { username } = person;
  return (await new TestBrowser(opened).signIn({ username, password })).location === "/account";
};

/** Signs in as far as the page for the new password. */
async function reachPage(browser: TestBrowser, query = "") {
  const page = await browser.follow(await browser.signIn(person, query));
  return page.screen("new-password");
}
const send = (
  browser: TestBrowser,
  page: { readonly hidden: readonly { readonly name: string; readonly value: string }[] },
  password = chosen,
) =>
  browser.post(path, {
    ...Object.fromEntries(page.hidden.map(({ name, value }) => [name, value])),
    password,
  });

test("the right password leads to the page for a new one, and not to a session", async () => {
  const browser = new TestBrowser(opened);
  const answer = await browser.signIn(person, toShop());
  expect(answer.location).toBe(`${path}${toShop()}`);
  expect(await sessionsOf()).toEqual([]);
  expect((await browser.get("/account")).location).toContain("/cas/login");
  expect((await browser.follow(answer)).screen("new-password")).toMatchObject({
    username: person.username,
    least: 15,
    error: null,
  });
});

test("the new password completes the sign-in to its destination", async () => {
  const browser = new TestBrowser(opened);
  const answer = await send(browser, await reachPage(browser, toShop()));
  expect(new URL(answer.location).searchParams.get("ticket")).toMatch(/^ST-/);
  expect(await sessionsOf()).toHaveLength(1);
  expect((await browser.get("/account")).status).toBe(200);
  expect([await canSignIn(person.password), await canSignIn(chosen)]).toEqual([false, true]);
});

test("the browser stays known if it was, and its user gets no mail about it", async () => {
  const setMustChange = async () => {
    const found = await opened.hub.database.people.findForSignIn(person.username);
    await opened.hub.database.passwords.setMustChange(person.id, found?.passwordHash ?? "", true);
  };
  const announced = async () =>
    (await mailsTo(opened.hub, `${person.username}@example.com`)).filter(
      ({ kind }) => kind === "new-browser",
    );
  const browser = new TestBrowser(opened);
  await send(browser, await reachPage(browser));
  await browser.get("/cas/logout");
  await setMustChange();
  person = { ...person, password: chosen };
  expect((await send(browser, await reachPage(browser), "nine red boats at dawn")).location).toBe("/account");
  expect(await announced()).toEqual([]);
  person = { ...person, password: "nine red boats at dawn" };
  await browser.get("/cas/logout");
  await browser.signIn(person);
  expect(await announced()).toEqual([]);
  await new TestBrowser(opened).signIn(person);
  expect(await announced()).toHaveLength(1);
});

test("the choices of the sign-in form are kept", async () => {
  const browser = new TestBrowser(opened);
  const form = await browser.get("/cas/login");
  const { username, password } = person;
  const choices = { rememberMe: "true", warn: "true" };
  const answer = await browser.post("/cas/login", {
    ...browser.hiddenFields(form),
    username,
    password,
    ...choices,
  });
  await send(browser, (await browser.follow(answer)).screen("new-password"));
  expect(await sessionsOf()).toMatchObject([{ longTerm: true, askBefore: true, amr: ["pwd"] }]);
});

test("a user with a factor proves it before the new password, which may then be shorter", async () => {
  const withCodes = await createPersonWithCodes(opened);
  const found = await opened.hub.database.people.findForSignIn(withCodes.username);
  await opened.hub.database.passwords.setMustChange(withCodes.id, found?.passwordHash ?? "", true);
  const browser = new TestBrowser(opened);
  const asked = await browser.signIn(withCodes, toShop());
  expect(asked.location).toBe(`/cas/login/factor${toShop()}`);
  expect((await browser.get(path)).location).toBe("/cas/login");
  const again = await browser.signIn(withCodes, toShop());
  const proved = await enterFactor(browser, again.location, { code: codeOf(opened, withCodes.secret) });
  expect(proved.location).toBe(`${path}${toShop()}`);
  expect(await opened.hub.database.sessions.listOf(withCodes.id)).toEqual([]);
  const page = (await browser.follow(proved)).screen("new-password");
  expect(page.least).toBe(8);
  const answer = await send(browser, page, "kX4!vq9z");
  expect(new URL(answer.location).searchParams.get("ticket")).toMatch(/^ST-/);
  expect(await opened.hub.database.sessions.listOf(withCodes.id)).toMatchObject([
    { amr: ["pwd", "otp", "mfa"] },
  ]);
  expect(await opened.hub.database.passwords.find(withCodes.id)).toMatchObject({ standsAlone: false });
});

describe("whoever has only the password of a user with a factor", () => {
  async function reachFactor() {
    const withCodes = await createPersonWithCodes(opened);
    const found = await opened.hub.database.people.findForSignIn(withCodes.username);
    await opened.hub.database.passwords.setMustChange(withCodes.id, found?.passwordHash ?? "", true);
    const browser = new TestBrowser(opened);
    await browser.signIn(withCodes);
    return { browser, withCodes, hash: found?.passwordHash };
  }
  const hashOf = async ({ username }: TestPerson) =>
    (await opened.hub.database.people.findForSignIn(username))?.passwordHash;

  test("cannot choose another one, with the form of another sign-in either", async () => {
    const own = await reachPage(new TestBrowser(opened));
    const { browser, withCodes, hash } = await reachFactor();
    await browser.get("/cas/login");
    expect((await send(browser, own)).location).toBe("/cas/login");
    expect(await hashOf(withCodes)).toBe(hash);
  });

  test("sets up no second step of their own", async () => {
    const { browser } = await reachFactor();
    const answer = await browser.get("/cas/login/set-up");
    expect((await browser.follow(answer)).screen("login").error).toMatchObject({ code: "sign_in_expired" });
    const without = new TestBrowser(opened);
    await without.signIn(person);
    const other = await without.follow(await without.get("/cas/login/set-up"));
    expect(other.screen("login").error).toMatchObject({ code: "sign_in_expired" });
  });

  test("a factor that was used up adds nothing", async () => {
    const { browser, withCodes } = await reachFactor();
    const code = codeOf(opened, withCodes.secret);
    await enterFactor(browser, "/cas/login/factor", { code });
    const second = new TestBrowser(opened);
    await second.signIn(withCodes);
    const again = await enterFactor(second, "/cas/login/factor", { code });
    expect(again.screen("second-factor").error).toMatchObject({ code: "code_used" });
    expect((await second.get(path)).location).toBe("/cas/login");
  });
});

test.each([
  ["none", "", "password_missing"],
  ["one that the rule refuses", "passwordpassword", "password_refused"],
])("%s changes nothing, and the page can be sent again", async (_, password, code) => {
  const browser = new TestBrowser(opened);
  const refused = await send(browser, await reachPage(browser), password);
  expect(refused.status).toBe(400);
  const page = refused.screen("new-password");
  expect(page.error?.code).toBe(code);
  expect(await sessionsOf()).toEqual([]);
  expect((await send(browser, page)).location).toBe("/account");
});

test("the operator's password is not accepted as the new one", async () => {
  const browser = new TestBrowser(opened);
  const refused = await send(browser, await reachPage(browser), person.password);
  expect(refused.screen("new-password").error).toEqual({ code: "password_same" });
  expect(await sessionsOf()).toEqual([]);
});

describe("the page", () => {
  test("of another browser, or without one, leads to the sign-in form", async () => {
    const browser = new TestBrowser(opened);
    const page = await reachPage(browser);
    const other = new TestBrowser(opened);
    await other.get("/cas/login");
    for (const answer of [await other.get(path), await send(other, page)])
      expect(answer.location).toBe("/cas/login");
    expect((await other.get("/cas/login")).screen("login").error?.code).toBe("form_expired");
    expect(await canSignIn(chosen)).toBe(false);
  });

  test("works for ten minutes", async () => {
    const browser = new TestBrowser(opened);
    const page = await reachPage(browser);
    await opened.advance(600);
    expect((await send(browser, page)).location).toBe("/cas/login");
    expect(await sessionsOf()).toEqual([]);
  });

  test("sent twice at once starts one session", async () => {
    const browser = new TestBrowser(opened);
    const page = await reachPage(browser);
    const answers = await Promise.all([send(browser, page), send(browser, page)]);
    expect(answers.map(({ location }) => location).sort()).toEqual(["/account", "/cas/login"]);
    expect(await sessionsOf()).toHaveLength(1);
    // The browser that sent both is signed in.
    expect((await browser.get("/account")).status).toBe(200);
  });

  test.each(["/cas/login/factor", "/cas/login/set-up"])("cannot be left out by way of %s", async (page) => {
    const browser = new TestBrowser(opened);
    await reachPage(browser);
    await browser.get(page);
    expect(await sessionsOf()).toEqual([]);
    expect((await browser.get("/account")).location).toContain("/cas/login");
  });
});

test("the change is mailed to the user and recorded in the audit trail", async () => {
  const browser = new TestBrowser(opened);
  await send(browser, await reachPage(browser));
  const { mails, auditEvents } = opened.hub.database;
  const sent = await mails.list(10, `${person.username}@example.com`);
  expect(sent.map(({ kind }) => kind)).toContain("password-changed");
  const filter = { personId: person.id, kinds: ["password-changed"] };
  expect(await auditEvents.listNewest(filter, { limit: 10 })).toMatchObject([
    { outcome: "done", actor: person.id, facts: { wasDemanded: true } },
  ]);
});

describe("by REST, where no page can be shown", () => {
  const post = (fields: Record<string, string>, at = "") =>
    new TestBrowser(opened).send(
      "POST",
      `/cas/v1/tickets${at}`,
      { "content-type": "application/x-www-form-urlencoded" },
      new URLSearchParams(fields).toString(),
    );

  test("the right password is refused with the reason, and starts no session", async () => {
    const { username, password } = person;
    const answer = await post({ username, password });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain("password_must_change");
    expect(answer.body).toContain("Sign in once with a browser");
    expect(await sessionsOf()).toEqual([]);
  });

  test("a wrong one is refused like anybody's", async () => {
    const { username } = person;
    const answer = await post({ username, password: "wrong" });
    expect([answer.status, answer.body]).toEqual([401, expect.not.stringContaining("password_must_change")]);
  });

  test("it proves nothing for a ticket either (renew)", async () => {
    const { username, password } = person;
    const found = await opened.hub.database.people.findForSignIn(username);
    const mark = (mustChange: boolean) =>
      opened.hub.database.passwords.setMustChange(person.id, found?.passwordHash ?? "", mustChange);
    await mark(false);
    const { body: tgt } = await post({ username, password });
    await mark(true);
    const answer = await post({ service: opened.shop.service, renew: "true", username, password }, `/${tgt}`);
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining("password_must_change")]);
  });
});

test("a switch of users on the page Which account? asks for the new password, too", async () => {
  const other = await opened.createPerson();
  const browser = new TestBrowser(opened);
  await browser.signIn(other);
  const form = await browser.get("/cas/login?prompt=login");
  const { username, password } = person;
  const asked = await browser.post("/cas/login", { ...browser.hiddenFields(form), username, password });
  const hidden = asked.screen("choose-account").hidden.map(({ name, value }) => [name, value] as const);
  const answer = await browser.post("/cas/login/choose", { ...Object.fromEntries(hidden), answer: "switch" });
  expect(answer.location).toBe(path);
  expect(await sessionsOf()).toEqual([]);
});

test("a password that an operator left too short, without its second step, is replaced by a longer one", async () => {
  const { factors, people } = opened.hub.database;
  const short = await createPersonWithCodes(opened);
  const hash = await hashPassword("kX4!vq9z");
  await people.setPassword(short.id, { hash, standsAlone: false });
  await factors.removeAll(short.id, { kind: "operator", id: "root" }, testRecord);
  const browser = new TestBrowser(opened);
  const answer = await browser.signIn({ username: short.username, password: "kX4!vq9z" });
  const page = (await browser.follow(answer)).screen("new-password");
  expect(page).toMatchObject({ because: "too-short", least: 15 });
  expect((await send(browser, page, "kX4!vq9z2")).screen("new-password").error).toMatchObject({
    code: "password_refused",
  });
  expect(await opened.hub.database.sessions.listOf(short.id)).toEqual([]);
  const again = (
    await browser.follow(await browser.signIn({ username: short.username, password: "kX4!vq9z" }))
  ).screen("new-password");
  expect((await send(browser, again)).location).toBe("/account");
});
