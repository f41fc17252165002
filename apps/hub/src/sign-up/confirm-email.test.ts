/** A new email address, over HTTP. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";
import { mailedLink, sendForm } from "../test-support/mailed-link.ts";
import { mailsTo } from "../test-support/read-mails.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub();
});
afterAll(() => opened.close());

/** A user who has asked for another address. */
async function withNewAddress(username: string, email = `new-${username}@example.com`) {
  const person = await opened.createPerson({ username });
  await opened.hub.queueMail({ kind: "email-change", recipient: email, personId: person.id, facts: {} });
  return { person, email };
}
const emailOf = async (id: string) => (await opened.hub.database.people.findById(id))?.email;

test("a new address counts once its user has confirmed it, and the old one is told", async () => {
  const { person, email } = await withNewAddress("ada");
  const path = await mailedLink(opened.hub, email);
  const browser = new TestBrowser(opened);
  const page = await browser.get(path);
  expect(page.screen("confirm-email")).toMatchObject({
    person: { username: "ada" },
    formerEmail: "ada@example.com",
    email,
  });
  expect(await emailOf(person.id)).toBe("ada@example.com");
  const done = await sendForm(browser, page, "confirm-email", {});
  expect(done.screen("email-confirmed").email).toBe(email);
  expect(await emailOf(person.id)).toBe(email);
  expect((await mailsTo(opened.hub, "ada@example.com")).map(({ kind }) => kind)).toEqual(["email-changed"]);
  expect((await sendForm(browser, page, "confirm-email", {})).screen("refused").code).toBe("link_unusable");
});

test("an address of another user gets a mail without a link", async () => {
  await opened.createPerson({ username: "bea" });
  await withNewAddress("carl", "bea@example.com");
  const [mail] = await mailsTo(opened.hub, "bea@example.com");
  expect(mail).toMatchObject({ subject: "This address has an account already", link: null });
});

test("an address that somebody else got since the link was sent is refused, and the account keeps its own", async () => {
  const { person, email } = await withNewAddress("dina");
  const path = await mailedLink(opened.hub, email);
  await opened.hub.database.people.create({
    username: "quicker",
    name: "Quicker",
    email,
    operator: false,
    password: null,
  });
  const browser = new TestBrowser(opened);
  const answer = await sendForm(browser, await browser.get(path), "confirm-email", {});
  expect([answer.status, answer.screen("refused").code]).toEqual([409, "email_taken"]);
  expect(await emailOf(person.id)).toBe("dina@example.com");
});

test("a disabled user gets no mail", async () => {
  const person = await opened.createPerson({ username: "edda" });
  await opened.hub.database.people.setDisabled(person.id, true);
  const recipient = "new-edda@example.com";
  await opened.hub.queueMail({ kind: "email-change", recipient, personId: person.id, facts: {} });
  expect(await mailsTo(opened.hub, recipient)).toEqual([]);
});
