import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { randomToken } from "./central-session-fixture.ts";
import {
  createPerson,
  type DatabaseFixture,
  dumpTable,
  emptyDatabase,
  joinSite,
  openDatabaseFixture,
  waiting,
} from "./database-fixture.ts";
import { testRecord } from "./test-record.ts";
import type { LinkPurpose, VerificationTokenStore } from "./verification-token-store.ts";

let fixture: DatabaseFixture;
let links: VerificationTokenStore;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  links = fixture.database.verificationTokens;
});
afterAll(() => fixture.close());

const password = { hash: "$argon2id$new", standsAlone: true };
const account = { username: "Dora", name: "Dora Example" };
const dora = { ...account, password };
const withId = <Account extends object>(one: Account) => ({ ...one, id: randomUUID() });
const newPasskey = (id: string = randomUUID()) => ({
  id,
  name: "Firefox on Linux",
  publicKey: new Uint8Array([1, 2, 3]),
  counter: 0,
  transports: ["internal"],
  aaguid: "00000000-0000-0000-0000-000000000000",
  backupEligible: true,
  backedUp: true,
});

async function makeLink(
  purpose: LinkPurpose,
  { email = "dora@example.com", personId = null }: { email?: string; personId?: string | null } = {},
): Promise<string> {
  const token = randomBytes(32).toString("hex");
  await links.create({ token, purpose, email, personId, facts: { service: "x" }, lifeSeconds: 600 });
  return token;
}
const numberOf = async (table: string) => (await fixture.pool.query(`SELECT FROM ${table}`)).rowCount;
const hashOf = async (name: string) => (await fixture.database.people.findForSignIn(name))?.passwordHash;

async function startSession(personId: string) {
  const token = randomToken();
  const browser = { userAgent: "", address: "", longTerm: false, amr: ["pwd"] };
  return { token, ...(await fixture.database.sessions.start({ personId, token, ...browser })) };
}

/** Uses of a link, by purpose. */
const uses: Readonly<Record<LinkPurpose, (token: string) => Promise<unknown>>> = {
  "sign-up": (token) => links.signUp(token, withId(dora), testRecord),
  invitation: (token) => links.acceptInvitation(token, { name: "Dora Invited", password }, testRecord),
  "password-reset": (token) => links.resetPassword(token, password, { disconnectApps: false }, testRecord),
  "email-change": (token) => links.changeEmail(token, testRecord),
};
const purposes = Object.keys(uses) as LinkPurpose[];

/** A link and, except for a sign-up, its user. */
async function makeUsable(purpose: LinkPurpose) {
  const person = purpose === "sign-up" ? null : await createPerson(fixture.database);
  const token = await makeLink(purpose, { personId: person?.id ?? null });
  return { person, token };
}

describe.each(purposes)("a link of %s", (purpose) => {
  const use = uses[purpose];

  test("shows what it is about any number of times, and only its hash is stored", async () => {
    const { person, token } = await makeUsable(purpose);
    const found = { email: "dora@example.com", person, facts: { service: "x" } };
    expect(await links.find(purpose, token)).toEqual(found);
    expect(await links.find(purpose, token)).toEqual(found);
    expect((await dumpTable(fixture.database, "verification_tokens")).includes(token)).toBe(false);
  });

  test("is used once by fifty concurrent attempts", async () => {
    const { token } = await makeUsable(purpose);
    const results = await Promise.all(Array.from({ length: 50 }, () => use(token)));
    expect(results.filter((result) => result !== null)).toHaveLength(1);
    expect(await use(token)).toBeNull();
    expect(await links.find(purpose, token)).toBeNull();
  });

  test("serves no other purpose", async () => {
    const { token } = await makeUsable(purpose);
    for (const other of purposes.filter((one) => one !== purpose)) {
      expect(await uses[other](token)).toBeNull();
      expect(await links.find(other, token)).toBeNull();
    }
    expect(await use(token)).not.toBeNull();
  });

  test("ends with its life, by the clock of the database", async () => {
    const { token } = await makeUsable(purpose);
    await fixture.clock.advance(599);
    expect(await links.find(purpose, token)).not.toBeNull();
    await fixture.clock.advance(2);
    expect(await links.find(purpose, token)).toBeNull();
    expect(await use(token)).toBeNull();
    expect(await links.sweep(10)).toBe(1);
    expect(await numberOf("verification_tokens")).toBe(0);
  });

  test.each([
    ["empty", ""],
    ["NUL", "\0"],
    ["long", "x".repeat(10_000)],
  ])("is not another text (%s)", async (_, text) => {
    await makeUsable(purpose);
    expect(await links.find(purpose, text)).toBeNull();
    expect(await use(text)).toBeNull();
  });
});

describe.each(purposes.filter((purpose) => purpose !== "sign-up"))("a link of %s", (purpose) => {
  test("cannot be used while its user is disabled", async () => {
    const { person, token } = await makeUsable(purpose);
    await fixture.database.people.setDisabled(person?.id ?? "", true);
    expect(await links.find(purpose, token)).toBeNull();
    expect(await uses[purpose](token)).toBeNull();
    await fixture.database.people.setDisabled(person?.id ?? "", false);
    expect(await uses[purpose](token)).not.toBeNull();
  });

  test("ends with its user", async () => {
    const { person, token } = await makeUsable(purpose);
    await fixture.database.people.remove(person?.id ?? "");
    expect(await uses[purpose](token)).toBeNull();
  });

  test("voids the other links of its user, and of nobody else", async () => {
    const { person, token } = await makeUsable(purpose);
    const other = await makeUsable(purpose);
    const second = await makeLink("password-reset", { personId: person?.id ?? null });
    await uses[purpose](token);
    expect(await links.find("password-reset", second)).toBeNull();
    expect(await links.find(purpose, other.token)).not.toBeNull();
  });

  test("and another one of the same user, used at the same moment: one permits something, the other nothing", async () => {
    const { person, token } = await makeUsable(purpose);
    const second = await makeLink("password-reset", { personId: person?.id ?? null });
    const holder = await fixture.pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT FROM users WHERE id = $1 FOR UPDATE", [person?.id]);
    const used = [uses[purpose](token), uses["password-reset"](second)];
    await waiting(fixture, 2);
    await holder.query("COMMIT");
    holder.release();
    expect((await Promise.all(used)).filter((result) => result === null)).toHaveLength(1);
  });
});

describe.each(["invitation", "password-reset"] as const)("a mailed link of %s", (purpose) => {
  test("to an address that is the user's no longer permits nothing", async () => {
    const { id, email } = await createPerson(fixture.database);
    await links.changeEmail(await makeLink("email-change", { personId: id }), testRecord);
    const token = randomToken();
    const mailed = { purpose, facts: { mailed: true }, personId: id, lifeSeconds: 600 };
    await links.create({ ...mailed, token, email });
    expect(await uses[purpose](token)).toBeNull();
    expect(await fixture.database.passwords.find(id)).toBeNull();
    const present = randomToken();
    await links.create({ ...mailed, token: present, email: "dora@example.com" });
    expect(await uses[purpose](present)).not.toBeNull();
  });
});

test.each([
  [
    "a password",
    (id: string) => fixture.database.people.setPassword(id, { ...password, hash: "$argon2id$own" }),
  ],
  [
    "a passkey",
    (id: string) => fixture.database.passkeys.add({ ...newPasskey(), personId: id }, [], testRecord),
  ],
  [
    "an account at a provider",
    (personId: string) =>
      fixture.database.upstreamAccounts.link({ provider: "work", id: "1", label: "", personId }, testRecord),
  ],
])("an invitation permits nothing to a user who has %s by now", async (_, arrange) => {
  const { id, username } = await createPerson(fixture.database);
  const token = await makeLink("invitation", { personId: id });
  await arrange(id);
  expect(await uses.invitation(token)).toBeNull();
  expect(await hashOf(username)).not.toBe("$argon2id$new");
});

test("a sign-up creates a user with a verified address and the chosen password", async () => {
  const token = await makeLink("sign-up", { email: "Dora@Example.com" });
  expect(await links.signUp(token, withId(dora), testRecord)).toEqual({
    outcome: "created",
    person: expect.objectContaining({
      username: "dora",
      name: "Dora Example",
      email: "dora@example.com",
      emailVerified: true,
      operator: false,
      groups: [],
    }),
  });
  expect(await hashOf("dora@example.com")).toBe("$argon2id$new");
  const { rows } = await fixture.pool.query("SELECT email_verified = hub_now() AS now FROM users");
  expect(rows[0]).not.toEqual({ now: null });
});

test("a sign-up with a username or an address that is taken keeps the link, and says which", async () => {
  const token = await makeLink("sign-up");
  const taken = await createPerson(fixture.database);
  expect(await links.signUp(token, withId({ ...dora, username: taken.username }), testRecord)).toEqual({
    outcome: "username-taken",
  });
  expect(await links.signUp(token, withId(dora), testRecord)).toMatchObject({ outcome: "created" });
  const second = await makeLink("sign-up");
  expect(await links.signUp(second, withId({ ...dora, username: "dora2" }), testRecord)).toEqual({
    outcome: "email-taken",
  });
  expect(await links.find("sign-up", second)).not.toBeNull();
});

test("an invitation permits nothing once its user has signed in, even without a way to sign in again", async () => {
  const { person, token } = await makeUsable("invitation");
  await fixture.pool.query("DELETE FROM password_credentials");
  await fixture.database.people.noteFirstSignIn(person?.id ?? "");
  expect(await uses.invitation(token)).toBeNull();
});

test.each([
  [
    "one address",
    (index: number) => ({ email: "dora@example.com", username: `dora${index}` }),
    "email-taken",
  ],
  [
    "one username",
    (index: number) => ({ email: `d${index}@example.com`, username: "dora" }),
    "username-taken",
  ],
] as const)("of fifty concurrent sign-ups with %s one creates an account", async (_, of, refusal) => {
  const tries = await Promise.all(
    Array.from({ length: 50 }, async (__, index) => {
      const { email, username } = of(index);
      return { username, token: await makeLink("sign-up", { email }) };
    }),
  );
  const results = await Promise.all(
    tries.map(({ token, username }) => links.signUp(token, withId({ ...dora, username }), testRecord)),
  );
  expect(results.filter((result) => result?.outcome === "created")).toHaveLength(1);
  expect(results.filter((result) => result?.outcome === refusal)).toHaveLength(49);
  expect(await numberOf("users")).toBe(1);
});

test.each([
  [true, true],
  [false, false],
])(
  "an invitation sets name and password; mailed %s, it verifies the address: %s",
  async (mailed, emailVerified) => {
    const person = await createPerson(fixture.database);
    const token = randomBytes(32).toString("hex");
    const about = { email: person.email, personId: person.id, facts: { mailed }, lifeSeconds: 600 };
    await links.create({ token, purpose: "invitation", ...about });
    const accepted = await links.acceptInvitation(token, { name: "Chosen \0Name", password }, testRecord);
    expect(accepted).toEqual({
      outcome: "accepted",
      person: { ...person, name: "Chosen \uFFFDName", emailVerified, knownBrowsersVersion: 2 },
    });
    expect(await hashOf(person.username)).toBe("$argon2id$new");
  },
);

describe.each(["sign-up", "invitation"] as const)("a passkey as the first credential of a %s", (purpose) => {
  const recoveryCodes = ["one", "two"];
  async function prepare() {
    const { person, token } = await makeUsable(purpose);
    const id = person?.id ?? randomUUID();
    const use = (passkey = newPasskey()) => {
      const events = [{ kind: "passkey-added", actor: { kind: "user", id }, personId: id } as const];
      const credential = { passkey, recoveryCodes };
      return purpose === "sign-up"
        ? links.signUp(token, { ...account, id, ...credential }, () => ({ events }))
        : links.acceptInvitation(token, { name: "Dora Invited", ...credential }, () => ({ events }));
    };
    return { id, token, use };
  }
  const events = async (personId: string) =>
    (await fixture.database.auditEvents.listNewest({ personId }, { limit: 9 })).map(({ kind }) => kind);

  test("is stored with the account, its recovery codes and its events, and without a password", async () => {
    const { id, use } = await prepare();
    expect(await use()).toMatchObject({ person: { id } });
    expect(await fixture.database.factors.of(id)).toEqual({
      codesSince: null,
      passkeys: 1,
      recoveryCodes: 2,
    });
    expect(await fixture.database.passwords.find(id)).toBeNull();
    expect(await events(id)).toEqual(["passkey-added"]);
  });

  test("that is registered already leaves no account, no event, and the link", async () => {
    const taken = await createPerson(fixture.database);
    await fixture.database.passkeys.add({ ...newPasskey("taken"), personId: taken.id }, [], testRecord);
    const { id, token, use } = await prepare();
    expect(await use(newPasskey("taken"))).toEqual({ outcome: "passkey-taken" });
    expect(await fixture.database.factors.of(id)).toEqual({
      codesSince: null,
      passkeys: 0,
      recoveryCodes: 0,
    });
    expect(await numberOf("users")).toBe(purpose === "sign-up" ? 1 : 2);
    expect(await events(id)).toEqual([]);
    expect(await links.find(purpose, token)).not.toBeNull();
    expect(await use()).toMatchObject({ person: { id } });
  });

  test("uses the link once, with fifty concurrent attempts and as many passkeys", async () => {
    const { id, use } = await prepare();
    const results = await Promise.all(Array.from({ length: 50 }, () => use()));
    expect(results.filter((result) => result !== null)).toHaveLength(1);
    expect(await fixture.database.passkeys.listOf(id)).toHaveLength(1);
    expect(await fixture.database.factors.of(id)).toMatchObject({ recoveryCodes: 2 });
    expect(await events(id)).toEqual(["passkey-added"]);
  });
});

describe("an account at a provider as the first way to sign in", () => {
  const upstreamAccount = { provider: "work", id: "42", label: "zoe" };
  const zoe = { username: "zoe", name: "Zoe Example", upstreamAccount };

  test("a sign-up creates the user and connects the account; there is no password", async () => {
    const made = await links.signUp(await makeLink("sign-up"), withId(zoe), testRecord);
    const person = made?.outcome === "created" ? made.person : undefined;
    expect(person).toMatchObject({ username: "zoe", email: "dora@example.com", emailVerified: true });
    expect(await hashOf("zoe")).toBeNull();
    expect(await fixture.database.upstreamAccounts.findPerson(upstreamAccount)).toEqual(person);
  });

  test("an invited user keeps the username, and the account is connected", async () => {
    const person = await createPerson(fixture.database);
    const token = await makeLink("invitation", { personId: person.id });
    expect(await links.acceptInvitation(token, zoe, testRecord)).toMatchObject({
      outcome: "accepted",
      person: { id: person.id, username: person.username, name: "Zoe Example" },
    });
    expect(await fixture.database.upstreamAccounts.listOf(person.id)).toMatchObject([upstreamAccount]);
  });

  test("of fifty concurrent sign-ups with one account one creates a user; the links of the others stay", async () => {
    const tries = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const token = await makeLink("sign-up", { email: `z${index}@example.com` });
        return { token, person: withId({ ...zoe, username: `zoe${index}` }) };
      }),
    );
    const results = await Promise.all(
      tries.map(({ token, person }) => links.signUp(token, person, testRecord)),
    );
    expect(results.filter((result) => result?.outcome === "created")).toHaveLength(1);
    expect(results.filter((result) => result?.outcome === "account-taken")).toHaveLength(49);
    expect([await numberOf("users"), await numberOf("verification_tokens")]).toEqual([1, 49]);
  });

  test("an account of another user is refused to an invited one, whose link and name stay", async () => {
    const [person, other] = [await createPerson(fixture.database), await createPerson(fixture.database)];
    await fixture.database.upstreamAccounts.link({ ...upstreamAccount, personId: other.id }, testRecord);
    const token = await makeLink("invitation", { personId: person.id });
    expect(await links.acceptInvitation(token, zoe, testRecord)).toEqual({ outcome: "account-taken" });
    expect(await links.find("invitation", token)).toMatchObject({ person });
  });
});

describe("a reset", () => {
  test("changes the password, and ends sessions and pending sign-ins with their sites told", async () => {
    const { database, pool } = fixture;
    const [person, other] = [await createPerson(database), await createPerson(database)];
    const [session, othersSession] = [await startSession(person.id), await startSession(other.id)];
    await joinSite(database, session.id, "shop");
    for (const { id } of [person, other])
      await pool.query(
        "INSERT INTO pending_sign_ins (hash, person_id, amr, expires_at) VALUES ($1::text, $1::uuid, '{pwd}', hub_now() + '1 hour')",
        [id],
      );
    const token = await makeLink("password-reset", { personId: person.id });
    expect(await links.resetPassword(token, password, { disconnectApps: false }, testRecord)).toEqual({
      person: { ...person, knownBrowsersVersion: 2 },
      sessionsEnded: 1,
      disconnected: null,
    });
    expect(await hashOf(person.username)).toBe("$argon2id$new");
    expect(await hashOf(other.username)).toBeNull();
    expect(await database.sessions.find(session.token, { touch: false })).toMatchObject({
      state: "ended",
      reason: "password-changed",
    });
    expect((await database.logoutDeliveries.claim(10, 30)).map(({ siteId }) => siteId)).toEqual(["shop"]);
    expect((await pool.query("SELECT person_id FROM pending_sign_ins")).rows).toEqual([
      { person_id: other.id },
    ]);
    expect(await database.sessions.find(othersSession.token, { touch: false })).toMatchObject({
      state: "alive",
    });
  });

  test("compares with the current password until the link is used: one of ten concurrent wrong guesses", async () => {
    const { database } = fixture;
    const { id: personId, username } = await createPerson(database);
    await database.people.setPassword(personId, { hash: "$argon2id$current", standsAlone: true });
    const token = await makeLink("password-reset", { personId });
    const compared: string[] = [];
    const guess = (isRight: boolean) => {
      const isCurrent = async (hash: string) => {
        compared.push(hash);
        return isRight;
      };
      return links.resetPassword(token, password, { disconnectApps: false, isCurrent }, testRecord);
    };
    expect([await guess(true), await guess(true)]).toEqual(["same-password", "same-password"]);
    expect(await hashOf(username)).toBe("$argon2id$current");
    compared.length = 0;
    const answers = await Promise.all(Array.from({ length: 10 }, () => guess(false)));
    expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
    expect(compared).toEqual(["$argon2id$current"]);
    expect(await guess(true)).toBeNull();
    expect(compared).toHaveLength(1);
  });

  test.each([
    [false, 1],
    [true, 0],
  ])("with disconnectApps %s, %s connected app and app password stay", async (disconnectApps, stay) => {
    const { database } = fixture;
    const [person, other] = [await createPerson(database), await createPerson(database)];
    for (const { id } of [person, other]) {
      await fixture.pool.query(
        "INSERT INTO consents (person_id, client_id, scopes, resources, expires_at) VALUES ($1, 'budget', '{}', '{}', hub_now() + '1 day')",
        [id],
      );
      const appPassword = { id: randomUUID(), secret: `gh_${id}`, name: "one", scopes: ["account.read"] };
      await database.appPasswords.create({ ...appPassword, personId: id, lifeSeconds: 60 }, testRecord);
    }
    const token = await makeLink("password-reset", { personId: person.id });
    await links.resetPassword(token, password, { disconnectApps }, testRecord);
    expect(await database.consents.listOf(person.id)).toHaveLength(stay);
    expect(await database.appPasswords.listOf(person.id)).toHaveLength(stay);
    expect(await database.consents.listOf(other.id)).toHaveLength(1);
    expect(await database.appPasswords.listOf(other.id)).toHaveLength(1);
  });
});

describe("a change of address", () => {
  test("replaces it, verified, and names the former one", async () => {
    const person = await createPerson(fixture.database);
    const token = await makeLink("email-change", { email: "New@Example.com", personId: person.id });
    expect(await links.changeEmail(token, testRecord)).toEqual({
      outcome: "changed",
      person: { ...person, email: "new@example.com", emailVerified: true },
      formerEmail: person.email,
    });
    expect(await numberOf("users WHERE email_verified IS NOT NULL")).toBe(1);
  });

  test("to the address of another user is refused, and the link stays", async () => {
    const [person, other] = [await createPerson(fixture.database), await createPerson(fixture.database)];
    const token = await makeLink("email-change", { email: other.email, personId: person.id });
    expect(await links.changeEmail(token, testRecord)).toEqual({ outcome: "email-taken" });
    expect(await fixture.database.people.findById(person.id)).toEqual(person);
    expect(await links.find("email-change", token)).not.toBeNull();
  });

  test("changes a username that is the former address", async () => {
    const { people } = fixture.database;
    const email = "eve@example.com";
    const { id } = await people.create({
      username: email,
      name: "Eve",
      email,
      operator: false,
      password: null,
    });
    const token = await makeLink("email-change", { email: "eve2@example.com", personId: id });
    await links.changeEmail(token, testRecord);
    expect(await people.findById(id)).toMatchObject({
      username: "eve2@example.com",
      email: "eve2@example.com",
    });
  });
});

describe("mails that would make links", () => {
  const queue = (kind: string, recipient: string, personId?: string) =>
    fixture.database.mails.queue({ kind, recipient, ...(personId !== undefined && { personId }) });
  const queued = async () =>
    (await fixture.database.mails.list(20)).map(({ kind, recipient }) => `${kind} ${recipient}`).sort();

  test.each(["invitation", "password-reset", "email-change"] as const)(
    "of the user are voided by the use of a link of %s, and no others",
    async (purpose) => {
      await fixture.pool.query("TRUNCATE mails");
      const [person, other] = [await createPerson(fixture.database), await createPerson(fixture.database)];
      await queue("email-change", "thief@example.org", person.id);
      await queue("invitation", person.email, person.id);
      await queue("password-reset", person.email);
      await queue("password-reset", person.username);
      await queue("sign-up", person.email);
      await queue("new-browser", person.email, person.id);
      await queue("email-change", "new@example.org", other.id);
      await queue("password-reset", other.username);
      await uses[purpose](await makeLink(purpose, { personId: person.id }));
      expect(await queued()).toEqual(
        [
          `new-browser ${person.email}`,
          "email-change new@example.org",
          `password-reset ${other.username}`,
        ].sort(),
      );
    },
  );

  test("make none if they were voided while they were being sent", async () => {
    await fixture.pool.query("TRUNCATE mails");
    const person = await createPerson(fixture.database);
    const send = async () => {
      await queue("email-change", "thief@example.org", person.id);
      const [mail] = await fixture.database.mails.claim(1, 60);
      const token = randomToken();
      const link = { token, purpose: "email-change", email: "thief@example.org", lifeSeconds: 600 } as const;
      return { token, make: () => links.create({ ...link, personId: person.id, mailId: mail?.id }) };
    };
    const kept = await send();
    await kept.make();
    expect(await links.find("email-change", kept.token)).not.toBeNull();
    const voided = await send();
    const resetting = await fixture.pool.connect();
    try {
      await resetting.query("BEGIN");
      await resetting.query("SELECT FROM users WHERE id = $1 FOR UPDATE", [person.id]);
      const made = voided.make();
      await resetting.query("DELETE FROM mails");
      await resetting.query("COMMIT");
      await made;
    } finally {
      resetting.release();
    }
    expect(await links.find("email-change", voided.token)).toBeNull();
  });
});
