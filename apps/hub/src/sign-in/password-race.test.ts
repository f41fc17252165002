/** A password that changes between its verification and the start of the session: no session of the former password starts. */
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { hashPassword } from "../credential/password.ts";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";
import { mailedLink, sendForm } from "../test-support/mailed-link.ts";

let opened: TestHub;
let otherHash: string;
beforeAll(async () => {
  opened = await openTestHub();
  otherHash = await hashPassword("eight red boats at midnight");
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => opened.close());

const chosen = "seven green boats at noon";
const change = (personId: string) =>
  opened.hub.database.people.setPassword(personId, { hash: otherHash, standsAlone: true });

/** Another browser changes the password in the moment before the session starts. */
function changeBeforeStart() {
  const { sessions } = opened.hub.database;
  const start = sessions.start.bind(sessions);
  const started = vi.spyOn(sessions, "start").mockImplementation(async (session) => {
    await change(session.personId);
    return start(session);
  });
  return async () => {
    expect(started).toHaveBeenCalledOnce();
    const personId = started.mock.calls[0]?.[0].personId ?? "";
    expect(await sessions.listOf(personId)).toEqual([]);
  };
}
const formOf = ({
  hidden,
}: {
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
}) => Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
const switchUser = (browser: TestBrowser, page: BrowserAnswer) => {
  const choice = page.screen("choose-account");
  return browser.post(choice.action, { ...formOf(choice), answer: "switch" });
};

/** A form that was opened without a session, and is sent as Bob after Alice signed in. */
async function askedWhetherBob() {
  const [alice, bob] = [await opened.createPerson(), await opened.createPerson()];
  const browser = new TestBrowser(opened);
  const form = browser.hiddenFields(await browser.get("/cas/login"));
  await browser.signIn(alice);
  const send = () => browser.post("/cas/login", { ...form, username: bob.username, password: bob.password });
  return { browser, bob, send };
}

test("of a new account", async () => {
  const browser = new TestBrowser(opened);
  const email = "newcomer@example.com";
  await sendForm(browser, await browser.get("/sign-up"), "sign-up", { email });
  const page = await browser.get(await mailedLink(opened.hub, email));
  const expectNone = changeBeforeStart();
  await sendForm(browser, page, "new-account", { name: "New", username: "newcomer", password: chosen });
  await expectNone();
});

test("that had to be changed at the sign-in", async () => {
  const person = await opened.createPerson();
  await poolOf(opened.hub.database).query(
    "UPDATE password_credentials SET must_change = true WHERE user_id = $1",
    [person.id],
  );
  const browser = new TestBrowser(opened);
  const page = (await browser.follow(await browser.signIn(person))).screen("new-password");
  const expectNone = changeBeforeStart();
  await browser.post(page.action, { ...formOf(page), password: chosen });
  await expectNone();
});

test("of the user to whom a browser switches", async () => {
  const { browser, send } = await askedWhetherBob();
  const page = await send();
  const expectNone = changeBeforeStart();
  await switchUser(browser, page);
  await expectNone();
});

test("before the page that asks whether to switch is shown", async () => {
  const { browser, bob, send } = await askedWhetherBob();
  const { people, sessions } = opened.hub.database;
  const find = people.findForSignIn.bind(people);
  vi.spyOn(people, "findForSignIn").mockImplementationOnce(async (identifier) => {
    const found = await find(identifier);
    await change(bob.id);
    return found;
  });
  const page = await send();
  await switchUser(browser, page);
  expect(await sessions.listOf(bob.id)).toEqual([]);
});
