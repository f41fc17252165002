import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { randomToken } from "./central-session-fixture.ts";
import type { Person } from "./central-session-store.ts";
import {
  createPerson,
  type DatabaseFixture,
  emptyDatabase,
  openDatabaseFixture,
} from "./database-fixture.ts";
import type { PasswordStore } from "./password-store.ts";
import { testRecord } from "./test-record.ts";

let fixture: DatabaseFixture;
let passwords: PasswordStore;
let person: Person;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  passwords = fixture.database.passwords;
  person = await createPerson(fixture.database);
  await fixture.database.people.setPassword(person.id, { hash: "old", standsAlone: true });
  person = { ...person, knownBrowsersVersion: 2 };
});
afterAll(() => fixture.close());

const password = { hash: "new", standsAlone: true };
const hashOf = async (username: string) =>
  (await fixture.database.people.findForSignIn(username))?.passwordHash;
const changedAt = async () => (await passwords.find(person.id))?.changedAt ?? null;
const numberOf = async (table: string) => (await fixture.pool.query(`SELECT FROM ${table}`)).rowCount;
const setByOperator = () => passwords.setMustChange(person.id, "old", true);

async function startSession(of = person) {
  const token = randomToken();
  const browser = { userAgent: "", address: "", longTerm: false, amr: ["pwd"] };
  return { token, ...(await fixture.database.sessions.start({ personId: of.id, token, ...browser })) };
}
const stateOf = async (token: string) =>
  (await fixture.database.sessions.find(token, { touch: false })) as { state: string; reason?: string };

async function makePending(of = person, amr = ["pwd"]) {
  const token = randomToken();
  const pending = { token, personId: of.id, amr, longTerm: true };
  await fixture.database.pendingSignIns.create({ ...pending, provedSecondsAgo: 5, lifeSeconds: 600 });
  return token;
}
async function makeLink() {
  const token = randomBytes(32).toString("hex");
  const link = { token, purpose: "password-reset" as const, email: person.email, personId: person.id };
  await fixture.database.verificationTokens.create({ ...link, lifeSeconds: 600 });
  return token;
}
const change = async (more: Partial<Parameters<PasswordStore["change"]>[0]> = {}) =>
  passwords.change(
    {
      personId: person.id,
      from: await changedAt(),
      password,
      disconnectApps: false,
      ...more,
    },
    testRecord,
  );

test("a sign-in that did not prove the operator's password does not replace it", async () => {
  await setByOperator();
  await fixture.clock.advance(60);
  const token = await makePending(person, ["fed"]);
  expect(await passwords.findWaiting(token)).toBeNull();
  expect(await passwords.replaceAtSignIn(token, password, undefined, testRecord)).toBeNull();
  expect(await hashOf(person.username)).toBe("old");
});

describe("a change of the password", () => {
  test("stores the new one, whether it stands alone, and the time", async () => {
    await setByOperator();
    await fixture.clock.advance(60);
    const before = (await changedAt())?.getTime() ?? 0;
    expect(await change()).toEqual({
      person: { ...person, knownBrowsersVersion: 3 },
      sessionsEnded: [],
      disconnected: null,
    });
    expect(await hashOf(person.username)).toBe("new");
    const stored = await passwords.find(person.id);
    expect(stored).toMatchObject({ mustChange: false, standsAlone: true });
    expect((stored?.changedAt.getTime() ?? 0) - before).toBeGreaterThanOrEqual(60_000);
  });

  test("by fifty concurrent attempts that verified the same password succeeds once", async () => {
    const from = await changedAt();
    await fixture.clock.advance(1);
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        change({ from, password: { hash: `new ${i}`, standsAlone: true } }),
      ),
    );
    const winners = results.flatMap((result, i) => (result === null ? [] : [`new ${i}`]));
    expect(winners).toHaveLength(1);
    expect(await hashOf(person.username)).toBe(winners[0]);
  });

  test("voids links and pending sign-ins of the user, and of nobody else", async () => {
    const other = await createPerson(fixture.database);
    const [pending, others, link] = [await makePending(), await makePending(other), await makeLink()];
    await change();
    expect(await fixture.database.pendingSignIns.find(pending)).toBeNull();
    expect(await fixture.database.pendingSignIns.find(others)).not.toBeNull();
    expect(await fixture.database.verificationTokens.find("password-reset", link)).toBeNull();
  });

  test("ends the other sessions on request, and tells which", async () => {
    const other = await createPerson(fixture.database);
    const [here, there, theirs] = [await startSession(), await startSession(), await startSession(other)];
    expect(await change()).toMatchObject({ sessionsEnded: [] });
    expect((await stateOf(there.token)).state).toBe("alive");
    expect(await change({ endSessionsExcept: here.id })).toMatchObject({ sessionsEnded: [there.id] });
    expect(await stateOf(there.token)).toMatchObject({ state: "ended", reason: "password-changed" });
    for (const { token } of [here, theirs]) expect((await stateOf(token)).state).toBe("alive");
  });

  test("revokes app passwords on request", async () => {
    const appPassword = {
      id: crypto.randomUUID(),
      personId: person.id,
      secret: randomToken(),
      name: "mail",
      scopes: [],
      lifeSeconds: 600,
    };
    await fixture.database.appPasswords.create(appPassword, testRecord);
    await change();
    expect(await numberOf("app_passwords")).toBe(1);
    await change({ disconnectApps: true });
    expect(await numberOf("app_passwords")).toBe(0);
  });

  test("adds the first one only where there is none", async () => {
    expect(await change({ from: null })).toBeNull();
    await fixture.pool.query("DELETE FROM password_credentials");
    expect(await passwords.find(person.id)).toBeNull();
    expect(await change({ from: new Date() })).toBeNull();
    expect(await change({ from: null })).not.toBeNull();
    expect(await hashOf(person.username)).toBe("new");
  });

  test("is refused for a user who was disabled or removed meanwhile", async () => {
    const from = await changedAt();
    await fixture.database.people.setDisabled(person.id, true);
    expect(await change({ from })).toBeNull();
    expect(await hashOf(person.username)).toBe("old");
    await fixture.database.people.remove(person.id);
    expect(await change({ from })).toBeNull();
  });
});

describe("a sign-in with a password that an operator set", () => {
  beforeEach(async () => {
    await setByOperator();
    // The proof is younger than the password.
    await fixture.clock.advance(60);
  });

  test("waits for a new one, and cannot become a session meanwhile", async () => {
    const token = await makePending();
    expect(await passwords.findWaiting(token)).toEqual({ person, amr: ["pwd"], longTerm: true });
    expect(await fixture.database.pendingSignIns.find(token)).toMatchObject({ mustChange: true });
    const completed = await fixture.database.pendingSignIns.complete({
      from: { pendingToken: token },
      personId: person.id,
      proof: { kind: "consumed" },
      amr: ["pwd", "otp", "mfa"],
      token: randomToken(),
      previousToken: undefined,
      userAgent: "",
      address: "",
      askBefore: false,
    });
    expect(completed).toBeNull();
    expect(await passwords.findWaiting(token)).not.toBeNull();
  });

  test("is completed with a new one once by fifty concurrent attempts", async () => {
    const token = await makePending();
    const results = await Promise.all(
      Array.from({ length: 50 }, () => passwords.replaceAtSignIn(token, password, undefined, testRecord)),
    );
    const [replaced, ...more] = results.filter((result) => result !== null);
    expect(replaced).toEqual({
      person: { ...person, knownBrowsersVersion: 3 },
      amr: ["pwd"],
      longTerm: true,
    });
    expect(more).toEqual([]);
    expect(await hashOf(person.username)).toBe("new");
    expect(await passwords.find(person.id)).toMatchObject({ mustChange: false, standsAlone: true });
  });

  test("ends every session but that of the browser, and voids other pending sign-ins and links", async () => {
    const [here, there] = [await startSession(), await startSession()];
    const [token, second, link] = [await makePending(), await makePending(), await makeLink()];
    await passwords.replaceAtSignIn(token, password, here.token, testRecord);
    expect((await stateOf(here.token)).state).toBe("alive");
    expect(await stateOf(there.token)).toMatchObject({ state: "ended", reason: "password-changed" });
    expect(await passwords.replaceAtSignIn(second, password, undefined, testRecord)).toBeNull();
    expect(await fixture.database.verificationTokens.find("password-reset", link)).toBeNull();
  });

  test.each([
    ["expired", () => fixture.clock.advance(600)],
    ["belongs to a disabled user", () => fixture.database.people.setDisabled(person.id, true)],
    [
      "is older than the password",
      () => fixture.pool.query("UPDATE password_credentials SET changed_at = hub_now()"),
    ],
    ["needs no new one", () => fixture.pool.query("UPDATE password_credentials SET must_change = false")],
  ])("changes nothing if it %s", async (_, happens) => {
    const token = await makePending();
    await happens();
    expect(await passwords.findWaiting(token)).toBeNull();
    expect(await passwords.replaceAtSignIn(token, password, undefined, testRecord)).toBeNull();
    expect(await hashOf(person.username)).toBe("old");
  });
});

test("the mark that a password must be changed belongs to that password", async () => {
  await passwords.setMustChange(person.id, "another", true);
  expect(await passwords.find(person.id)).toMatchObject({ mustChange: false });
  await setByOperator();
  expect(await passwords.find(person.id)).toMatchObject({ mustChange: true });
  await passwords.setMustChange(person.id, "another", false);
  expect(await passwords.find(person.id)).toMatchObject({ mustChange: true });
  await passwords.setMustChange(person.id, "old", false);
  expect(await passwords.find(person.id)).toMatchObject({ mustChange: false });
});

describe("a sign-in with a password that must be changed, of a user with a factor", () => {
  const addFactor = (pendingToken: string, step = 2) =>
    fixture.database.pendingSignIns.addFactor({
      pendingToken,
      personId: person.id,
      proof: { kind: "code", step, sealed: "sealed" },
      amr: ["pwd", "otp", "mfa"],
    });
  beforeEach(async () => {
    await setByOperator();
    const codes = { personId: person.id, sealed: "sealed", step: 1, recoveryCodes: [] };
    await fixture.database.factors.turnOnCodes(codes, testRecord);
    await fixture.clock.advance(60);
  });

  test("permits another password only after the factor", async () => {
    const token = await makePending();
    expect(await passwords.findWaiting(token)).toBeNull();
    expect(await passwords.replaceAtSignIn(token, password, undefined, testRecord)).toBeNull();
    expect(await addFactor(token)).toBe(true);
    expect(await passwords.findWaiting(token)).toMatchObject({ amr: ["pwd", "otp", "mfa"] });
    expect(await passwords.replaceAtSignIn(token, password, undefined, testRecord)).not.toBeNull();
  });

  test("of 50 concurrent sign-ins with one code exactly one gets it", async () => {
    const tokens = await Promise.all(Array.from({ length: 50 }, () => makePending()));
    const results = await Promise.all(tokens.map((token) => addFactor(token)));
    expect(results.filter(Boolean)).toHaveLength(1);
  });

  test("gets no factor once the password is changed", async () => {
    const token = await makePending();
    await fixture.database.people.setPassword(person.id, password);
    expect(await addFactor(token)).toBe(false);
  });
});

describe("a password that is too short to be the only factor, while the factor is removed", () => {
  const short = { hash: "short", standsAlone: false };
  const removeFactor = () => fixture.pool.query("DELETE FROM totp_factors WHERE person_id = $1", [person.id]);

  test("is not stored by a change", async () => {
    await removeFactor();
    const from = (await passwords.find(person.id))?.changedAt ?? null;
    const change = { personId: person.id, from, password: short, disconnectApps: true };
    expect(await passwords.change(change, testRecord)).toBeNull();
    expect(await hashOf(person.username)).toBe("old");
  });

  test("is not stored at a sign-in, which can go on with a longer one", async () => {
    await setByOperator();
    await fixture.clock.advance(60);
    const token = await makePending();
    await removeFactor();
    expect(await passwords.replaceAtSignIn(token, short, undefined, testRecord)).toBeNull();
    const long = { hash: "long", standsAlone: true };
    expect(await passwords.replaceAtSignIn(token, long, undefined, testRecord)).not.toBeNull();
  });

  test("is not stored by a link, which stays", async () => {
    await removeFactor();
    const { verificationTokens } = fixture.database;
    const link = { token: "t", purpose: "password-reset", email: person.email, personId: person.id } as const;
    await verificationTokens.create({ ...link, lifeSeconds: 600 });
    const none = { disconnectApps: false };
    expect(await verificationTokens.resetPassword("t", short, none, testRecord)).toBeNull();
    expect(await hashOf(person.username)).toBe("old");
    expect(await verificationTokens.find("password-reset", "t")).not.toBeNull();
  });

  test("or beside it: of both at once, one is refused", async () => {
    await fixture.database.factors.turnOnCodes(
      { personId: person.id, sealed: "sealed", step: 1, recoveryCodes: [] },
      testRecord,
    );
    const from = (await passwords.find(person.id))?.changedAt ?? null;
    const [changed, off] = await Promise.all([
      passwords.change({ personId: person.id, from, password: short, disconnectApps: false }, testRecord),
      fixture.database.factors.turnOffCodes(person.id, { operatorsNeedFactor: false }, testRecord),
    ]);
    expect([changed !== null, off === null].filter(Boolean)).toHaveLength(1);
  });
});
