/** Sign-in with a passkey alone, over HTTP, with an authenticator in software. */
import { ageAttempts } from "@gatehouse/database/test-clock";
import { poolOf } from "@gatehouse/database/test-pool";
import { testRecord } from "@gatehouse/database/test-record";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { answerSignIn, givePasskey, signInWithPasskey } from "../test-support/passkey-fixture.ts";
import { mailsTo } from "../test-support/read-mails.ts";
import { type Deviations, SoftwareAuthenticator } from "../test-support/software-authenticator.ts";

let opened: TestHub;
let alice: TestPerson;
let key: SoftwareAuthenticator;
let browser: TestBrowser;
beforeAll(async () => {
  opened = await openTestHub({ environment: { LOGIN_THROTTLE: "on" } });
});
beforeEach(async () => {
  browser = new TestBrowser(opened);
  alice = await opened.createPerson();
  key = await givePasskey(opened, alice);
});
afterAll(() => opened.close());

const any = { operatorsNeedFactor: false, providers: [] };
const sessionCookie = "TGC-gatehouse";
const service = (more: Record<string, string> = {}) =>
  `?${new URLSearchParams({ service: opened.shop.service, ...more })}`;
async function sessionIn(one = browser) {
  const found = await opened.hub.database.sessions.find(one.cookies.get(sessionCookie) ?? "", {
    touch: false,
  });
  return found.state === "alive" ? found.session : null;
}
const countSessions = async ({ id }: TestPerson) => (await opened.hub.database.sessions.listOf(id)).length;
const fieldsOf = (fields: readonly { readonly name: string; readonly value: string }[]) =>
  Object.fromEntries(fields.map(({ name, value }) => [name, value]));
/** User and age of the sign-in, as the site gets them. */
async function validated({ location }: BrowserAnswer, more: Record<string, string> = {}) {
  const { searchParams, origin, pathname } = new URL(location);
  const asked = {
    service: origin + pathname,
    ticket: searchParams.get("ticket") ?? "",
    format: "JSON",
    ...more,
  };
  const { body } = await new TestBrowser(opened).get(`/cas/p3/serviceValidate?${new URLSearchParams(asked)}`);
  return JSON.parse(body).serviceResponse;
}
/** Outcomes of refused sign-ins in the audit trail. */
async function refusals() {
  const filter = { personId: alice.id, kinds: ["sign-in"] };
  const entries = await opened.hub.database.auditEvents.listNewest(filter, { limit: 10 });
  return entries.map(({ outcome }) => outcome).filter((outcome) => outcome !== "done");
}
/** The error on the form that a refusal leads to. */
async function errorAfter(answer: BrowserAnswer, one = browser) {
  expect(answer.status).toBe(303);
  return (await one.follow(answer)).screen("login").error?.code;
}

describe("a passkey signs in like a password", () => {
  test("the user gets to the account, in a session with the methods of the passkey", async () => {
    expect((await signInWithPasskey(browser, key)).location).toBe("/account");
    expect(await sessionIn()).toMatchObject({
      person: { id: alice.id },
      amr: ["swk", "user", "mfa"],
      longTerm: false,
    });
  });

  test("a key that cannot be copied is a hardware key", async () => {
    const hardware = await givePasskey(opened, alice, { backupEligible: false });
    await signInWithPasskey(browser, hardware);
    expect((await sessionIn())?.amr).toEqual(["hwk", "user", "mfa"]);
  });

  test("the site gets a ticket, which renew accepts", async () => {
    const answer = await signInWithPasskey(browser, key, { query: service({ renew: "true" }) });
    const { authenticationSuccess } = await validated(answer, { renew: "true" });
    expect(authenticationSuccess.user).toBe(alice.username);
  });

  test("a page of the hub is returned to", async () => {
    const query = "?return=%2Faccount%2Fapp-passwords%2Fnew";
    const { location } = await signInWithPasskey(browser, key, { query });
    expect(location).toBe("/account/app-passwords/new");
  });

  test("keep me signed in", async () => {
    await signInWithPasskey(browser, key, { rememberMe: "true" });
    expect((await sessionIn())?.longTerm).toBe(true);
  });

  test("signing in again in the same browser replaces the session", async () => {
    await signInWithPasskey(browser, key);
    const before = await sessionIn();
    expect(before).not.toBeNull();
    await signInWithPasskey(browser, key, { query: service({ renew: "true" }) });
    const after = await sessionIn();
    expect(after).toMatchObject({ uid: before?.uid, amr: ["swk", "user", "mfa"] });
    expect(await countSessions(alice)).toBe(1);
  });

  test("the use is recorded", async () => {
    await signInWithPasskey(browser, key);
    expect(await opened.hub.database.passkeys.find(key.id)).toMatchObject({ lastUsedAt: expect.any(Date) });
  });

  test("it is exempt from the throttle of passwords", async () => {
    const stranger = new TestBrowser(opened);
    const { username } = alice;
    let last: BrowserAnswer | undefined;
    for (let tries = 0; tries < 6; tries += 1) {
      if (tries === 5) await ageAttempts(opened.hub.database, -600);
      last = await stranger.signIn({ username, password: "wrong" });
    }
    expect(last && (await errorAfter(last, stranger))).toBe("too_many_attempts");
    expect((await signInWithPasskey(browser, key)).location).toBe("/account");
  });

  test("an unregistered service is refused", async () => {
    const { action, fields } = await answerSignIn(browser, key);
    const answer = await browser.post(action, { ...fields, service: "https://unknown.example/" });
    expect([answer.status, await sessionIn()]).toEqual([403, null]);
  });
});

test("showing the form writes nothing, and its challenge has 256 random bits", async () => {
  const tables =
    "SELECT (SELECT count(*) FROM spent_login_tickets) + (SELECT count(*) FROM sessions) AS rows";
  const { pool } = { pool: poolOf(opened.hub.database) };
  const before = (await pool.query(tables)).rows;
  const challenges = [];
  for (let visit = 0; visit < 3; visit += 1)
    challenges.push((await browser.get("/cas/login")).screen("login").passkey.options);
  expect((await pool.query(tables)).rows).toEqual(before);
  const random = challenges.map(
    ({ challenge }: { challenge?: string }) =>
      Buffer.from(challenge ?? "", "base64url")
        .toString()
        .split("-")[0],
  );
  expect(new Set(random).size).toBe(3);
  for (const one of random) expect(one).toMatch(/^[0-9a-f]{64}$/);
});

describe("refused: no session, and the form says why", () => {
  test.each<[string, Deviations, string]>([
    ["signed for another origin", { origin: "https://evil.example" }, "passkey_invalid"],
    ["signed for another RP id", { rpId: "evil.example" }, "passkey_invalid"],
    ["without user verification", { userVerified: false }, "passkey_invalid"],
    ["a wrong signature", { tampered: true }, "passkey_invalid"],
    ["of the other ceremony", { type: "webauthn.create" }, "passkey_invalid"],
    ["without the user's handle", { userHandle: null }, "passkey_invalid"],
    ["with another user's handle", { userHandle: Buffer.alloc(16).toString("base64url") }, "passkey_invalid"],
  ])("%s", async (_, deviations, code) => {
    const answer = await signInWithPasskey(browser, key, deviations);
    expect(await errorAfter(answer)).toBe(code);
    expect(await sessionIn()).toBeNull();
    expect(await opened.hub.database.passkeys.find(key.id)).toMatchObject({ lastUsedAt: null });
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["64 kB of it", "x".repeat(60_000)],
  ])("%s in place of the answer", async (_, passkey) => {
    const { action, fields } = await answerSignIn(browser, key);
    expect(await errorAfter(await browser.post(action, { ...fields, passkey }))).toBe("passkey_invalid");
  });

  test("a challenge that was used", async () => {
    const { action, fields } = await answerSignIn(browser, key);
    expect((await browser.post(action, fields)).location).toBe("/account");
    await browser.get("/cas/logout");
    const again = new TestBrowser(opened);
    again.cookies.copy(browser.cookies);
    expect(await errorAfter(await again.post(action, fields), again)).toBe("passkey_expired");
    expect(await sessionIn(again)).toBeNull();
  });

  test("a challenge that was used, in the flow that it was issued to", async () => {
    const { action, fields } = await answerSignIn(browser, key, { tampered: true });
    expect(await errorAfter(await browser.post(action, fields))).toBe("passkey_invalid");
    expect(await errorAfter(await browser.post(action, fields))).toBe("passkey_expired");
  });

  test("a challenge that has expired", async () => {
    const { action, fields } = await answerSignIn(browser, key);
    await opened.advance(3601);
    expect(await errorAfter(await browser.post(action, fields))).toBe("passkey_expired");
    expect(await sessionIn()).toBeNull();
  });

  test("a challenge of another browser", async () => {
    const { action, fields } = await answerSignIn(browser, key);
    const other = new TestBrowser(opened);
    await other.get("/cas/login");
    expect(await errorAfter(await other.post(action, fields), other)).toBe("passkey_expired");
    expect(await sessionIn(other)).toBeNull();
  });

  test("a challenge that the hub did not issue", async () => {
    await browser.get("/cas/login");
    const challenge = Buffer.from(`${"0".repeat(64)}-99999999999-${"0".repeat(32)}`).toString("base64url");
    const passkey = key.get({ challenge, rpId: new URL(opened.origin).hostname });
    expect(await errorAfter(await browser.post("/cas/login/passkey", { passkey }))).toBe("passkey_expired");
  });

  test("a browser that sends no cookies", async () => {
    const { action, fields } = await answerSignIn(browser, key);
    const other = new TestBrowser(opened);
    expect(await errorAfter(await other.post(action, fields), other)).toBe("cookies_missing");
  });

  test("a form that another site posts", async () => {
    const { action, fields } = await answerSignIn(browser, key);
    const answer = await browser.post(action, fields, {
      origin: "https://evil.example",
      "sec-fetch-site": "cross-site",
    });
    expect([answer.status, await sessionIn()]).toEqual([403, null]);
  });

  test("a passkey that nobody has", async () => {
    const carol = await opened.createPerson();
    const other = await givePasskey(opened, carol);
    await opened.hub.database.passkeys.remove({ id: other.id, personId: carol.id }, any, testRecord);
    expect(await errorAfter(await signInWithPasskey(browser, other))).toBe("passkey_unknown");
  });

  test("a passkey of a disabled user", async () => {
    await opened.hub.database.people.setDisabled(alice.id, true);
    expect(await errorAfter(await signInWithPasskey(browser, key))).toBe("passkey_unknown");
    expect(await countSessions(alice)).toBe(0);
  });

  test("a passkey of a removed user", async () => {
    await opened.hub.database.people.remove(alice.id);
    expect(await errorAfter(await signInWithPasskey(browser, key))).toBe("passkey_unknown");
  });

  test("a counter that does not grow: there is a copy of the authenticator", async () => {
    const counting = await givePasskey(opened, alice, { counts: true });
    expect((await signInWithPasskey(browser, counting)).location).toBe("/account");
    const thief = new TestBrowser(opened);
    expect(await errorAfter(await signInWithPasskey(thief, counting, { counter: 1 }), thief)).toBe(
      "passkey_cloned",
    );
    expect(await sessionIn(thief)).toBeNull();
    expect(await countSessions(alice)).toBe(1);
    expect(await refusals()).toEqual(["passkey_cloned"]);
    const [mail] = await mailsTo(opened.hub, `${alice.username}@example.com`);
    expect(mail?.subject).toBe("A copy of your passkey may exist");
  });

  test("the audit trail gets refusals of known passkeys, and nothing that strangers could fill it with", async () => {
    await signInWithPasskey(browser, key, { tampered: true });
    await signInWithPasskey(browser, new SoftwareAuthenticator({ origin: opened.origin }));
    await browser.post("/cas/login/passkey", { passkey: "{" });
    expect(await refusals()).toEqual(["passkey_invalid"]);
  });
});

test("of 50 concurrent uses of one answer one starts a session", async () => {
  const { action, fields } = await answerSignIn(browser, key);
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => browser.carryOver().post(action, fields)),
  );
  expect(answers.filter(({ location }) => location === "/account")).toHaveLength(1);
  expect(await countSessions(alice)).toBe(1);
});

describe("two users in one browser (docs/decisions/0019)", () => {
  let bob: TestPerson;
  let keyOfBob: SoftwareAuthenticator;
  beforeEach(async () => {
    bob = await opened.createPerson();
    keyOfBob = await givePasskey(opened, bob);
    await signInWithPasskey(browser, key);
  });
  const asked = async () => {
    const page = await signInWithPasskey(browser, keyOfBob, { query: service({ prompt: "login" }) });
    return page.screen("choose-account");
  };
  const choose = async (which: "stay" | "switch", question?: Awaited<ReturnType<typeof asked>>) => {
    const { action, hidden } = question ?? (await asked());
    return browser.post(action, { ...fieldsOf(hidden), answer: which });
  };

  test("the hub does not switch without asking", async () => {
    expect(await asked()).toMatchObject({
      because: "passkey",
      person: { username: alice.username },
      other: bob.username,
      site: { name: "The shop" },
    });
    expect((await sessionIn())?.person.id).toBe(alice.id);
    expect(await countSessions(bob)).toBe(0);
  });

  test("continue as the signed-in user", async () => {
    const answer = await browser.follow(await choose("stay"));
    expect((await validated(answer)).authenticationSuccess.user).toBe(alice.username);
  });

  test("sign out, and sign in as the user of the passkey", async () => {
    const answer = await choose("switch");
    expect((await validated(answer)).authenticationSuccess.user).toBe(bob.username);
    expect(await sessionIn()).toMatchObject({ person: { id: bob.id }, amr: ["swk", "user", "mfa"] });
    expect(await countSessions(alice)).toBe(0);
  });

  test("the proof is void once the passkey is removed, and a password does not replace it", async () => {
    const question = await asked();
    await opened.hub.database.passkeys.remove({ id: keyOfBob.id, personId: bob.id }, any, testRecord);
    const page = await browser.follow(await choose("switch", question));
    expect(page.screen("login").username).toBe(bob.username);
    expect(await sessionIn()).toBeNull();
  });

  test("the form that was sent twice continues in the session that the first one started", async () => {
    const other = new TestBrowser(opened);
    const { action, fields } = await answerSignIn(other, keyOfBob, { query: service() });
    await other.post(action, fields);
    const second = await other.follow(await other.post(action, fields));
    expect((await validated(second)).authenticationSuccess.user).toBe(bob.username);
  });
});
