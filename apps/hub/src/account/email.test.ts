/** `/account/email` over HTTP: asking for a new address; its link is tested with the other links. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

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
const mailsTo = async (address: string) =>
  (await opened.hub.database.mails.list(10, address)).filter(({ kind }) => kind === "email-change");

test("a new address gets a mail, and the present one stays until its link is used", async () => {
  const address = `new-${alice.username}@example.com`;
  const answer = await ask(` New-${alice.username}@Example.com `);
  expect([answer.status, answer.location]).toEqual([303, "/account"]);
  const { notice, person } = (await browser.follow(answer)).screen("account");
  expect(notice).toMatchObject({ at: "profile", text: expect.stringContaining(`a link to ${address}.`) });
  expect(person.email).toBe(`${alice.username}@example.com`);
  expect(await mailsTo(address)).toHaveLength(1);
});

test("ASVS 6.3.8 the answer to an address that has an account is the same", async () => {
  const bob = await opened.createPerson();
  const taken = await browser.follow(await ask(`${bob.username}@example.com`));
  const free = await browser.follow(await ask(`${bob.username}@example.org`));
  const textOf = (answer: typeof taken) =>
    answer.screen("account").notice?.text.replace(/example\.(com|org)/, "example");
  expect(textOf(taken)).toBe(textOf(free));
  expect([taken.status, free.status]).toEqual([200, 200]);
});

test.each([
  ["nothing", " ", "email_missing"],
  ["no address", "alice", "email_unfit"],
  ["two addresses", "a@example.com,b@example.com", "email_unfit"],
  ["a header", "a@example.com\r\nBcc: b@example.com", "email_unfit"],
])("%s: refused with the reason, and no mail", async (_, typed, code) => {
  const answer = await ask(typed);
  expect([answer.status, answer.screen("account-email").error?.code]).toEqual([400, code]);
});

test("ASVS 7.5.1 needs a fresh sign-in, after which the typed address is filled in again", async () => {
  const token = await tokenOf();
  await opened.advance(301);
  const asked = await browser.post("/account/email", { token, email: "late@example.com" });
  expect(asked.location).toContain("renew=true&reason=fresh-sign-in");
  expect(await mailsTo("late@example.com")).toEqual([]);
  const answer = await browser.signIn(alice, new URL(asked.location, opened.origin).search);
  expect((await browser.follow(answer)).screen("account-email").typed).toBe("late@example.com");
});
