/** Passkeys on the Security page, over HTTP, with an authenticator in software. */
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { givePasskey, signInWithPasskey } from "../test-support/passkey-fixture.ts";
import { mailsTo } from "../test-support/read-mails.ts";
import { type Deviations, SoftwareAuthenticator } from "../test-support/software-authenticator.ts";

const addPath = "/account/security/passkeys/new";
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

let opened: TestHub;
let alice: TestPerson;
let browser: TestBrowser;
beforeAll(async () => {
  opened = await openTestHub();
});
beforeEach(async () => {
  browser = new TestBrowser(opened, { "user-agent": firefox });
  alice = await opened.createPerson();
  await browser.signIn(alice);
});
afterAll(() => opened.close());

const authenticator = () => new SoftwareAuthenticator({ origin: opened.origin });
const security = async (one = browser) => (await one.get("/account/security")).screen("account-security");
/** Gives Alice a passkey, and signs her in with it. */
async function giveAlice() {
  const one = await givePasskey(opened, alice);
  await signInWithPasskey(browser, one, { query: "?renew=true" });
  return one;
}
const passkeysOf = ({ id }: TestPerson) => opened.hub.database.passkeys.listOf(id);
const subjects = async ({ username }: TestPerson) =>
  (await mailsTo(opened.hub, `${username}@example.com`)).map(({ subject }) => subject);
async function audited({ id }: TestPerson) {
  const entries = await opened.hub.database.auditEvents.listNewest({ personId: id }, { limit: 10 });
  return entries.map(({ kind }) => kind).filter((kind) => kind.startsWith("passkey-"));
}
/** The form that the page would send. */
async function ceremony(one: SoftwareAuthenticator, deviations: Deviations = {}) {
  const { passkey } = (await browser.get(addPath)).screen("add-passkey");
  const hidden = Object.fromEntries(passkey.hidden.map(({ name, value }) => [name, value]));
  return { ...hidden, passkey: one.create(passkey.options as never, deviations) };
}
const add = async (one = authenticator(), deviations: Deviations = {}) =>
  browser.post(addPath, await ceremony(one, deviations));
const notice = async (answer: BrowserAnswer) => {
  expect([answer.status, answer.location]).toEqual([303, "/account/security"]);
  return (await security()).notice?.text ?? "";
};
const change = async (which: "rename" | "remove", fields: Record<string, string>) =>
  browser.post(`/account/security/passkeys/${which}`, { token: (await security()).token, ...fields });

describe("a site demands a second step, and the user adds a passkey", () => {
  const acr = "urn:gatehouse:acr:factor";
  const demand = () => ({ service: opened.shop.service, acr });
  const fieldsOf = (hidden: readonly { readonly name: string; readonly value: string }[]) =>
    Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
  /** From the page that asks for a factor to the page that adds a passkey. */
  async function askedFor() {
    let answer = await browser.get(`/cas/login/factor?${new URLSearchParams(demand())}`);
    while (answer.location !== "") answer = await browser.follow(answer);
    const { passkeyInstead } = answer.screen("set-up-codes");
    return (await browser.get(passkeyInstead ?? "")).screen("add-passkey");
  }

  test("the page names the site, and its recovery codes lead on to a ticket", async () => {
    const { passkey, site, cancelTo } = await askedFor();
    expect([site?.name, cancelTo]).toEqual(["The shop", `${opened.shop.origin}/`]);
    const answer = authenticator().create(passkey.options as never);
    const made = await browser.post(passkey.action, { ...fieldsOf(passkey.hidden), passkey: answer });
    const { continueTo } = made.screen("recovery-codes");
    expect((await browser.get(continueTo)).location).toMatch(/\?ticket=ST-/);
    const [session] = await opened.hub.database.sessions.listOf(alice.id);
    expect(session?.amr).toEqual(expect.arrayContaining(["pwd", "mfa", "user"]));
  });

  test("a refused answer leads to the same page, which keeps the site", async () => {
    const { passkey } = await askedFor();
    const answer = authenticator().create(passkey.options as never, { origin: "https://evil.example" });
    const sent = { ...fieldsOf(passkey.hidden), passkey: answer };
    const again = await browser.post(passkey.action, sent);
    expect([again.status, again.screen("add-passkey").error]).toEqual([
      400,
      expect.stringMatching(/^No passkey was added/),
    ]);
    expect(fieldsOf(again.screen("add-passkey").passkey.hidden)).toMatchObject(demand());
  });

  test("a fresh sign-in between keeps the site", async () => {
    const { passkey } = await askedFor();
    const answer = authenticator().create(passkey.options as never);
    await opened.advance(301);
    const { location } = await browser.post(passkey.action, { ...fieldsOf(passkey.hidden), passkey: answer });
    const back = new URLSearchParams(location.split("?")[1]).get("return");
    expect(back).toBe(`${addPath}?${new URLSearchParams(demand())}`);
  });
});

describe("adding a passkey", () => {
  test("it is listed with a name, its times and its place, and signs in", async () => {
    const one = authenticator();
    const { codes, ...shown } = (await add(one)).screen("recovery-codes");
    expect(shown).toMatchObject({ because: "passkey-added", continueTo: "/account/security" });
    expect(new Set(codes).size).toBe(10);
    const { passkeys, factors } = await security();
    expect(passkeys).toEqual([
      { id: one.id, name: "Firefox on Linux", createdAt: expect.any(String), lastUsedAt: null, synced: true },
    ]);
    expect(factors).toMatchObject({ passkeys: 1, recoveryCodes: 10 });
    expect((await signInWithPasskey(new TestBrowser(opened), one)).location).toBe("/account");
  });

  test("with recovery codes already, the Security page says so and offers to end other sign-ins", async () => {
    await add();
    expect((await add()).location).toBe("/account/security");
    const { notice: said, factors } = await security();
    expect(said).toMatchObject({ at: "passkeys", offersEnding: true });
    expect(factors).toMatchObject({ passkeys: 2, recoveryCodes: 10 });
  });

  test("the session says that a factor was proved, and goes on with the next change", async () => {
    await add();
    const [session] = await opened.hub.database.sessions.listOf(alice.id);
    expect(session?.amr).toEqual(["pwd", "swk", "user", "mfa"]);
    expect((await browser.get(addPath)).status).toBe(200);
  });

  test("the user gets a mail, and the audit trail an entry", async () => {
    await add();
    expect(await subjects(alice)).toContain("A passkey was added to your account");
    expect(await audited(alice)).toEqual(["passkey-added"]);
  });

  test("a second one of the same browser gets another name", async () => {
    await add();
    await add();
    expect((await security()).passkeys.map(({ name }) => name).toSorted()).toEqual([
      "Firefox on Linux",
      "Firefox on Linux 2",
    ]);
  });

  test("the browser is told which ones exist, and one that was added before is refused", async () => {
    const one = authenticator();
    await add(one);
    const { passkey } = (await browser.get(addPath)).screen("add-passkey");
    expect(passkey.options).toMatchObject({ excludeCredentials: [{ id: one.id }] });
    expect(await notice(await add(one))).toMatch(/^This passkey was added already\./);
  });

  test("a reload of the page with the recovery codes adds nothing, and says that the passkey was added", async () => {
    const form = await ceremony(authenticator());
    await browser.post(addPath, form);
    expect(await notice(await browser.post(addPath, form))).toBe(
      "This passkey was added already. Recovery codes are shown only once: make new ones if you were shown some and did not save them.",
    );
    expect((await security()).factors).toMatchObject({ passkeys: 1, recoveryCodes: 10 });
  });

  test("more than 25 are refused", async () => {
    for (let count = 0; count < 24; count += 1) await givePasskey(opened, alice);
    await giveAlice();
    expect(await notice(await add())).toContain("You have 25 passkeys.");
  });

  test.each<[string, Deviations]>([
    ["signed for another origin", { origin: "https://evil.example" }],
    ["for another RP id", { rpId: "evil.example" }],
    ["without user verification", { userVerified: false }],
    ["of the other ceremony", { type: "webauthn.get" }],
  ])("an answer %s adds nothing", async (_, deviations) => {
    expect(await notice(await add(authenticator(), deviations))).toContain("could not be verified");
    expect(await passkeysOf(alice)).toEqual([]);
  });

  test("an answer that was sent, has expired, or belongs to another user adds nothing", async () => {
    const form = await ceremony(authenticator());
    await browser.post(addPath, form);
    expect(await notice(await browser.post(addPath, form))).toContain("was added already");
    const late = await ceremony(authenticator());
    await opened.advance(3601);
    await browser.signIn(alice, "?renew=true");
    expect((await browser.post(addPath, late)).location).toMatch(/^\/cas\/login|^\/account\/security$/);
    const bob = await opened.createPerson();
    const other = new TestBrowser(opened);
    await other.signIn(bob);
    const { token } = await security(other);
    await other.post(addPath, { ...(await ceremonyOf(other)), passkey: form.passkey, token });
    expect(await passkeysOf(bob)).toEqual([]);
    expect(await passkeysOf(alice)).toHaveLength(1);
  });

  const ceremonyOf = async (one: TestBrowser) => {
    const { passkey } = (await one.get(addPath)).screen("add-passkey");
    return Object.fromEntries(passkey.hidden.map(({ name, value }) => [name, value]));
  };
});

describe("ASVS 7.5.1 every change needs a sign-in of the last five minutes", () => {
  test.each([
    ["the page that adds one", () => browser.get(addPath)],
    ["adding", async () => browser.post(addPath, { token: (await security()).token, passkey: "{}" })],
    ["renaming", () => change("rename", { passkey: "x", name: "y" })],
    ["removing", () => change("remove", { passkey: "x" })],
  ])("%s", async (_, send) => {
    await opened.advance(301);
    const { searchParams } = new URL((await send()).location, opened.origin);
    expect([searchParams.get("renew"), searchParams.get("reason")]).toEqual(["true", "fresh-sign-in"]);
    expect(searchParams.get("return")).toMatch(/^\/account\/security/);
  });
});

describe("renaming a passkey", () => {
  test("changes its name, sends a mail, and offers to end the other sessions", async () => {
    const { id } = await giveAlice();
    expect(await notice(await change("rename", { passkey: id, name: " Blue key " }))).toContain("“Blue key”");
    expect((await passkeysOf(alice)).map(({ name }) => name)).toEqual(["Blue key"]);
    expect(await subjects(alice)).toContain("A passkey of your account was renamed");
    expect(await audited(alice)).toEqual(["passkey-renamed"]);
  });

  test.each([
    ["no name", ""],
    ["blanks", "  "],
    ["61 characters", "x".repeat(61)],
  ])("%s changes nothing", async (_, name) => {
    const { id } = await giveAlice();
    const [before] = await passkeysOf(alice);
    expect(await notice(await change("rename", { passkey: id, name }))).toContain("1 to 60 characters");
    expect((await passkeysOf(alice))[0]).toEqual(before);
  });

  test("another user's is not there", async () => {
    const { id } = await givePasskey(opened, await opened.createPerson());
    expect(await notice(await change("rename", { passkey: id, name: "Mine" }))).toContain("removed already");
    expect((await opened.hub.database.passkeys.find(id))?.name).not.toBe("Mine");
  });
});

describe("removing a passkey", () => {
  test("it does not sign in any more; the user gets a mail", async () => {
    const one = await giveAlice();
    expect(await notice(await change("remove", { passkey: one.id }))).toContain("is removed");
    expect(await passkeysOf(alice)).toEqual([]);
    const other = new TestBrowser(opened);
    const answer = await other.follow(await signInWithPasskey(other, one));
    expect(answer.screen("login").error?.code).toBe("passkey_unknown");
    expect(await subjects(alice)).toContain("A passkey was removed from your account");
    expect(await audited(alice)).toEqual(["passkey-removed"]);
  });

  test("another user's stays", async () => {
    const { id } = await givePasskey(opened, await opened.createPerson());
    expect(await notice(await change("remove", { passkey: id }))).toContain("removed already");
    expect(await opened.hub.database.passkeys.find(id)).not.toBeNull();
  });

  const pool = () => poolOf(opened.hub.database);
  test("the last way to sign in stays", async () => {
    const { id } = await giveAlice();
    await pool().query("DELETE FROM password_credentials WHERE user_id = $1", [alice.id]);
    expect(await notice(await change("remove", { passkey: id }))).toContain("your only way to sign in");
    expect(await passkeysOf(alice)).toHaveLength(1);
  });

  test("the second factor of a short password stays", async () => {
    const { id } = await giveAlice();
    await pool().query("UPDATE password_credentials SET stands_alone = false WHERE user_id = $1", [alice.id]);
    expect(await notice(await change("remove", { passkey: id }))).toContain("Choose a longer password first");
    expect(await passkeysOf(alice)).toHaveLength(1);
  });
});
