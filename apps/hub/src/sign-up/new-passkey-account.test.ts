/** A new account that begins with a passkey instead of a password: sign-up and invitation, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Screens } from "../screen/screen.ts";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";
import { mailedLink, sendForm } from "../test-support/mailed-link.ts";
import { givePasskey, signInWithPasskey } from "../test-support/passkey-fixture.ts";
import { mailsTo } from "../test-support/read-mails.ts";
import { type Deviations, SoftwareAuthenticator } from "../test-support/software-authenticator.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub();
});
afterAll(() => opened.close());

type Kind = Screens["new-account"]["kind"];

const password = "seven green boats at noon";
let count = 0;

interface Guest {
  readonly browser: TestBrowser;
  readonly username: string;
  readonly email: string;
  readonly path: string;
  readonly page: BrowserAnswer;
}

/** Opens the page behind the link of a new user. */
async function openLink(kind: Kind, { query = "", operator = false } = {}): Promise<Guest> {
  const username = `new-${++count}`;
  const email = `${username}@example.com`;
  const browser = new TestBrowser(opened, { "user-agent": "Firefox/145.0 Linux" });
  if (kind === "sign-up")
    await sendForm(browser, await browser.get(`/sign-up${query}`), "sign-up", { email });
  else {
    const about = { username, name: username, email, operator, password: null };
    const { id } = await opened.hub.database.people.create(about);
    await opened.hub.queueMail({ kind: "invitation", recipient: email, personId: id, facts: {} });
  }
  const path = await mailedLink(opened.hub, email);
  return { browser, username, email, path, page: await browser.get(path) };
}

const choosePasskey = ({ browser, username, page }: Guest, more: Record<string, string> = {}) =>
  sendForm(browser, page, "new-account", { name: "Dora Example", username, use: "passkey", ...more });

/** The form that the page with the passkey would send. */
function answerOf(page: BrowserAnswer, authenticator: SoftwareAuthenticator, deviations: Deviations = {}) {
  const { passkey } = page.screen("new-account-passkey");
  const fields: Record<string, string> = Object.fromEntries(
    passkey.hidden.map(({ name, value }) => [name, value]),
  );
  fields.passkey = authenticator.create(passkey.options as never, deviations);
  return { action: passkey.action, fields };
}

const newAuthenticator = () => new SoftwareAuthenticator({ origin: opened.origin });

async function finish(guest: Guest, authenticator = newAuthenticator(), deviations: Deviations = {}) {
  const { action, fields } = answerOf(await choosePasskey(guest), authenticator, deviations);
  return guest.browser.post(action, fields);
}

const accountOf = async ({ username }: Guest) =>
  (await opened.hub.database.people.findForSignIn(username))?.person ?? null;
const isWithoutCredentials = async (guest: Guest) => {
  const person = await accountOf(guest);
  if (person === null) return true;
  const { passkeys, recoveryCodes } = await opened.hub.database.factors.of(person.id);
  return passkeys + recoveryCodes === 0;
};
async function auditOf(personId: string) {
  const entries = await opened.hub.database.auditEvents.listOldest({ personId }, { limit: 20, after: 0 });
  return entries.map(({ kind }) => kind);
}

describe.each(["sign-up", "invitation"] as const)("%s with a passkey", (kind) => {
  test("makes the account without a password, signs in, and shows recovery codes once", async () => {
    const guest = await openLink(kind);
    const authenticator = newAuthenticator();
    const shown = (await finish(guest, authenticator)).screen("recovery-codes");
    expect(shown).toMatchObject({ because: "new-account", continueTo: "/account" });
    expect(new Set(shown.codes).size).toBe(10);
    const person = await accountOf(guest);
    expect(person).toMatchObject({ name: "Dora Example", email: guest.email, emailVerified: true });
    const id = person?.id ?? "";
    expect(await opened.hub.database.passwords.find(id)).toBeNull();
    expect(await opened.hub.database.factors.of(id)).toEqual({
      codesSince: null,
      passkeys: 1,
      recoveryCodes: 10,
    });
    expect((await guest.browser.get("/account")).screen("account").person.username).toBe(guest.username);
    expect((await opened.hub.database.sessions.listOf(id)).map(({ amr }) => amr)).toEqual([
      ["swk", "user", "mfa"],
    ]);
    expect(await auditOf(id)).toEqual([kind, "passkey-added", "sign-in"]);
    const other = new TestBrowser(opened);
    expect((await signInWithPasskey(other, authenticator)).location).toBe("/account");
  });

  test("downloads the codes that were shown", async () => {
    const guest = await openLink(kind);
    const { codes, download } = (await finish(guest)).screen("recovery-codes");
    const fields = Object.fromEntries(download.hidden.map(({ name, value }) => [name, value]));
    const file = await guest.browser.post(download.action, fields);
    for (const code of codes) expect(file.body).toContain(code);
  });

  test("keeps the names for a password instead, without an error", async () => {
    const guest = await openLink(kind);
    const { back } = (await choosePasskey(guest)).screen("new-account-passkey");
    const fields = Object.fromEntries(back.hidden.map(({ name, value }) => [name, value]));
    const page = await guest.browser.post(back.action, { ...fields, use: "password" });
    expect(page.status).toBe(200);
    expect(page.screen("new-account")).toMatchObject({
      name: "Dora Example",
      username: guest.username,
      errors: [],
    });
    const typed = { name: "Dora Example", username: guest.username, password };
    const done = await sendForm(guest.browser, page, "new-account", typed);
    expect(done.location).toBe("/account");
  });

  test("refuses a name that cannot be before a passkey is made", async () => {
    const guest = await openLink(kind);
    const page = await choosePasskey(guest, { name: " ", ...(kind === "sign-up" && { username: "al ice" }) });
    expect(page.status).toBe(400);
    expect(page.screen("new-account").errors.map(({ field }) => field)).toEqual(
      kind === "sign-up" ? ["name", "username"] : ["name"],
    );
  });

  test.each<[string, Deviations]>([
    ["signed for another origin", { origin: "https://evil.example" }],
    ["for another RP id", { rpId: "evil.example" }],
    ["without user verification", { userVerified: false }],
    ["in a frame of another origin", { crossOrigin: true }],
  ])("an answer %s leaves no account and a link that works", async (_, deviations) => {
    const guest = await openLink(kind);
    const refused = await finish(guest, newAuthenticator(), deviations);
    expect(refused.status).toBe(400);
    expect(refused.screen("new-account-passkey").error).toContain("could not be verified");
    expect(await isWithoutCredentials(guest)).toBe(true);
    expect((await finish(guest)).screen("recovery-codes").because).toBe("new-account");
  });

  test("a passkey of somebody else leaves no account and a link that works", async () => {
    const taken = await givePasskey(opened, await opened.createPerson());
    const guest = await openLink(kind);
    const refused = await finish(guest, taken);
    expect(refused.screen("new-account-passkey").error).toContain("belongs to an account already");
    expect(await isWithoutCredentials(guest)).toBe(true);
    expect((await finish(guest)).screen("recovery-codes").because).toBe("new-account");
  });

  test("an answer to another link, or another account, is refused", async () => {
    const [first, second] = [await openLink(kind), await openLink(kind)];
    const { action, fields } = answerOf(await choosePasskey(first), newAuthenticator());
    const there = answerOf(await choosePasskey(second), newAuthenticator());
    const passkey = fields.passkey ?? "";
    for (const mixed of [
      { ...there.fields, passkey },
      { ...there.fields, passkey, account: fields.account ?? "" },
    ]) {
      const refused = await second.browser.post(action, mixed);
      expect(refused.screen("new-account-passkey").error).toContain("open for too long");
    }
    expect(await isWithoutCredentials(second)).toBe(true);
  });

  test("a page that stood open for more than an hour asks again", async () => {
    const guest = await openLink(kind);
    const { action, fields } = answerOf(await choosePasskey(guest), newAuthenticator());
    await opened.advance(3601);
    const late = await guest.browser.post(action, fields);
    expect(late.screen("new-account-passkey").error).toContain("open for too long");
    const again = answerOf(late, newAuthenticator());
    expect(
      (await guest.browser.post(again.action, again.fields)).screen("recovery-codes").codes,
    ).toHaveLength(10);
  });

  test("the form of another browser is refused", async () => {
    const guest = await openLink(kind);
    const { action, fields } = answerOf(await choosePasskey(guest), newAuthenticator());
    const other = new TestBrowser(opened);
    await other.get(guest.path);
    expect((await other.post(action, fields)).screen("refused").code).toBe("form_token_wrong");
    expect(await isWithoutCredentials(guest)).toBe(true);
  });

  test("of fifty concurrent passkeys for one link one makes the account", async () => {
    const guest = await openLink(kind);
    const page = await choosePasskey(guest);
    const { passkey } = page.screen("new-account-passkey");
    const pages = await Promise.all(Array.from({ length: 49 }, () => choosePasskey(guest)));
    const answers = await Promise.all(
      [page, ...pages].map((one) => {
        const { fields } = answerOf(one, newAuthenticator());
        return guest.browser.carryOver().post(passkey.action, fields);
      }),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)[0]?.screen("recovery-codes").codes).toHaveLength(
      10,
    );
    const { id = "" } = (await accountOf(guest)) ?? {};
    expect(await opened.hub.database.factors.of(id)).toMatchObject({ passkeys: 1, recoveryCodes: 10 });
    expect((await opened.hub.database.sessions.listOf(id)).length).toBe(1);
  });
});

test("a sign-up with a passkey leads back to the site, after the recovery codes", async () => {
  const { service } = opened.shop;
  const guest = await openLink("sign-up", { query: `?service=${encodeURIComponent(service)}` });
  const { continueTo } = (await finish(guest)).screen("recovery-codes");
  const { location } = await guest.browser.get(continueTo);
  expect(location.startsWith(`${service}?ticket=ST-`)).toBe(true);
});

test("a username that is taken is refused before a passkey is made", async () => {
  const { username } = await opened.createPerson();
  const guest = await openLink("sign-up");
  const page = await choosePasskey(guest, { username });
  expect(page.screen("new-account").errors).toEqual([
    { field: "username", text: "This username belongs to somebody else. Choose another one." },
  ]);
});

test("a username that is taken meanwhile leaves no account, no passkey and a link that works", async () => {
  const guest = await openLink("sign-up");
  const { action, fields } = answerOf(await choosePasskey(guest), newAuthenticator());
  const about = { username: guest.username, name: "Other", operator: false, password: null };
  const other = await opened.hub.database.people.create({ ...about, email: `other-${guest.email}` });
  const page = await guest.browser.post(action, fields);
  expect(page.screen("new-account").errors.map(({ field }) => field)).toEqual(["username"]);
  expect(await opened.hub.database.people.findForSignIn(guest.email)).toBeNull();
  expect(await opened.hub.database.passkeys.listOf(other.id)).toEqual([]);
  expect((await guest.browser.get(guest.path)).status).toBe(200);
});

test("an address that got an account meanwhile is refused before a passkey is made", async () => {
  const guest = await openLink("sign-up");
  const about = { username: `other-${count}`, name: "Other", operator: false, password: null };
  await opened.hub.database.people.create({ ...about, email: guest.email });
  expect((await choosePasskey(guest)).screen("refused").code).toBe("email_taken");
});

test("ASVS 6.4.3 a lost passkey: a link sets a password, which needs a recovery code beside it", async () => {
  const guest = await openLink("sign-up");
  const { codes } = (await finish(guest)).screen("recovery-codes");
  const browser = new TestBrowser(opened);
  const form = await browser.get("/forgot-password");
  await sendForm(browser, form, "forgot-password", { identifier: guest.username });
  const page = await browser.get(await mailedLink(opened.hub, guest.email));
  expect(page.screen("reset-password")).toMatchObject({ former: "passkey", signIn: "/cas/login" });
  expect((await mailsTo(opened.hub, guest.email))[0]?.text).toContain("Your account has no password");
  await sendForm(browser, page, "reset-password", { password });
  const pending = await browser.signIn({ username: guest.username, password });
  expect(pending.location).toBe("/cas/login/factor");
  const { id = "" } = (await accountOf(guest)) ?? {};
  expect((await opened.hub.database.sessions.listOf(id)).length).toBe(0);
  const step = await browser.get(pending.location);
  const done = await sendForm(browser, step, "second-factor", { recovery_code: codes[0] ?? "" });
  expect(done.location).toBe("/account");
});

test("an invited operator with a passkey needs no other second step", async () => {
  const strict = await openTestHub({ environment: { OPERATORS_NEED_FACTOR: "on" } });
  try {
    const { database, queueMail } = strict.hub;
    const about = {
      username: "olga",
      name: "olga",
      email: "olga@example.com",
      operator: true,
      password: null,
    };
    const { id } = await database.people.create(about);
    await queueMail({ kind: "invitation", recipient: about.email, personId: id, facts: {} });
    const browser = new TestBrowser(strict);
    const page = await browser.get(await mailedLink(strict.hub, about.email));
    const chosen = await sendForm(browser, page, "new-account", { name: "Olga", use: "passkey" });
    const { action, fields } = answerOf(chosen, new SoftwareAuthenticator({ origin: strict.origin }));
    expect((await browser.post(action, fields)).screen("recovery-codes").because).toBe("new-account");
    expect((await browser.get("/account")).status).toBe(200);
  } finally {
    await strict.close();
  }
});
