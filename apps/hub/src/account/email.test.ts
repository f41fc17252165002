/** `/account/email` over HTTP: asking for a new address, and what its link does. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { mailedLink, sendForm } from "../test-support/mailed-link.ts";
import { mailsTo } from "../test-support/read-mails.ts";

let opened: TestHub;
let alice: TestPerson;
let browser: TestBrowser;
beforeAll(async () => {
  opened = await openTestHub();
});
beforeEach(async () => {
  alice = await opened.createPerson();
  browser = new TestBrowser(opened);
  await browser.signIn(alice);
});
afterAll(() => opened.close());

const tokenOf = async () => (await browser.get("/account/email")).screen("account-email").token;
const ask = async (email: string) => browser.post("/account/email", { token: await tokenOf(), email });
const emailOf = async ({ id }: Pick<TestPerson, "id">) =>
  (await opened.hub.database.people.findById(id))?.email;
const newestMail = async () => (await opened.hub.database.mails.list(1))[0]?.id;

test("a new address gets a mail, and the present one stays until its link is used", async () => {
  const address = `new-${alice.username}@example.com`;
  const answer = await ask(` New-${alice.username}@Example.com `);
  expect([answer.status, answer.location]).toEqual([303, "/account"]);
  const { notice, person } = (await browser.follow(answer)).screen("account");
  expect(notice).toMatchObject({
    at: "profile",
    text: expect.stringContaining(`A mail goes to ${address}.`),
  });
  expect(person.email).toBe(`${alice.username}@example.com`);
  expect(await emailOf(alice)).toBe(`${alice.username}@example.com`);
  const other = new TestBrowser(opened);
  await sendForm(other, await other.get(await mailedLink(opened.hub, address)), "confirm-email", {});
  expect(await emailOf(alice)).toBe(address);
  const [told] = await mailsTo(opened.hub, `${alice.username}@example.com`);
  expect(told).toMatchObject({ kind: "email-changed", link: expect.not.stringContaining("link=") });
});

test("a mail to another address has no words that the user chose", async () => {
  const named = await opened.createPerson({ username: "www.claim-your-prize.example" });
  const other = new TestBrowser(opened);
  await other.signIn(named);
  const { token } = (await other.get("/account/email")).screen("account-email");
  await other.post("/account/email", { token, email: "stranger@example.org" });
  const [mail] = await mailsTo(opened.hub, "stranger@example.org");
  expect(mail?.subject).toBe("Confirm your new email address");
  expect(JSON.stringify(mail)).not.toContain("claim-your-prize");
  await other.post("/account/email", { token, email: `${named.username}@example.com` });
  const [own] = await mailsTo(opened.hub, `${named.username}@example.com`);
  expect(own?.text).toContain("Username: www.claim-your-prize.example");
});

test("the present address can be confirmed, and nobody is told of a change", async () => {
  const present = `${alice.username}@example.com`;
  expect((await browser.get("/account")).screen("account").person.emailVerified).toBe(false);
  await ask(present);
  const page = await browser.get(await mailedLink(opened.hub, present));
  expect(page.screen("confirm-email")).toMatchObject({ email: present, formerEmail: present });
  expect((await sendForm(browser, page, "confirm-email", {})).status).toBe(200);
  expect((await browser.get("/account")).screen("account").person).toMatchObject({
    email: present,
    emailVerified: true,
  });
  expect((await mailsTo(opened.hub, present)).map(({ kind }) => kind)).toEqual(["email-change"]);
});

test("ASVS 6.3.8 the answer to an address that has an account is the same, and a mail tells its owner", async () => {
  const bob = await opened.createPerson();
  const taken = await browser.follow(await ask(`${bob.username}@example.com`));
  const free = await browser.follow(await ask(`${bob.username}@example.org`));
  const textOf = (answer: typeof taken) =>
    answer.screen("account").notice?.text.replace(/example\.(com|org)/, "example");
  expect(textOf(taken)).toBe(textOf(free));
  expect([taken.status, free.status]).toEqual([200, 200]);
  const [mail] = await mailsTo(opened.hub, `${bob.username}@example.com`);
  expect(mail).toMatchObject({ subject: "This address has an account already", link: null });
  expect(await mailedLink(opened.hub, `${bob.username}@example.org`)).toMatch(/^\/email-change\?link=/);
});

test.each([
  ["nothing", " ", "email_missing"],
  ["no address", "alice", "email_unfit"],
  ["two addresses", "a@example.com,b@example.com", "email_unfit"],
  ["a header", "a@example.com\r\nBcc: b@example.com", "email_unfit"],
])("%s: refused with the reason, and no mail", async (_, typed, code) => {
  const before = await newestMail();
  const answer = await ask(typed);
  expect(await newestMail()).toBe(before);
  expect([answer.status, answer.screen("account-email").error?.code]).toEqual([400, code]);
});

test("ASVS 7.5.1 needs a fresh sign-in, after which the typed address is filled in again", async () => {
  const token = await tokenOf();
  await opened.advance(301);
  const asked = await browser.post("/account/email", { token, email: "late@example.com" });
  expect(asked.location).toContain("renew=true&reason=fresh-sign-in");
  expect(await mailsTo(opened.hub, "late@example.com")).toEqual([]);
  const answer = await browser.signIn(alice, new URL(asked.location, opened.origin).search);
  expect((await browser.follow(answer)).screen("account-email").typed).toBe("late@example.com");
});

test("an address gets five mails in ten minutes, and the sixth request is told to wait", async () => {
  const strict = await openTestHub({ environment: { LOGIN_THROTTLE: "on" } });
  try {
    const person = await strict.createPerson();
    const own = new TestBrowser(strict);
    await own.signIn(person);
    const { token } = (await own.get("/account/email")).screen("account-email");
    const request = () => own.post("/account/email", { token, email: "much@example.com" });
    for (let made = 0; made < 5; made += 1) expect((await request()).location).toBe("/account");
    const refused = await request();
    expect([refused.status, refused.screen("account-email").error?.code]).toEqual([429, "too_many_mails"]);
    expect(await strict.hub.database.mails.list(10, "much@example.com")).toHaveLength(5);
  } finally {
    await strict.close();
  }
});

test("a network that requests too many mails waits", async () => {
  const strict = await openTestHub({ environment: { LOGIN_THROTTLE: "on" } });
  try {
    const person = await strict.createPerson();
    const own = new TestBrowser(strict);
    await own.signIn(person);
    for (let request = 0; request < 60; request += 1)
      await strict.hub.throttle.count("mail", {
        purpose: "email-change",
        account: `${request}@example.com`,
        address: "127.0.0.1",
      });
    const { token } = (await own.get("/account/email")).screen("account-email");
    const answer = await own.post("/account/email", { token, email: "one-more@example.com" });
    expect([answer.status, answer.screen("account-email").error?.code]).toEqual([429, "too_many_mails"]);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
  } finally {
    await strict.close();
  }
});

test("a hub that sends no mail says that an address cannot be changed there", async () => {
  const silent = await openTestHub({
    environment: { HUB_MODE: "production", HUB_URL: "https://hub.example", LOGIN_THROTTLE: "on" },
  });
  try {
    const person = await silent.createPerson();
    const own = new TestBrowser(silent);
    await own.signIn(person);
    const answer = await own.get("/account/email");
    expect([answer.status, answer.screen("refused").code]).toEqual([503, "mail_off"]);
  } finally {
    await silent.close();
  }
});
