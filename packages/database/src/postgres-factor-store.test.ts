/** Tests of one-time codes and recovery codes: turning on, turning off, the last factor. */

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { randomToken } from "./central-session-fixture.ts";
import {
  createPerson,
  type DatabaseFixture,
  dumpTable,
  emptyDatabase,
  openDatabaseFixture,
  waiting,
} from "./database-fixture.ts";
import type { NewPasskey } from "./passkey-store.ts";
import { PersonGone } from "./person-store.ts";
import { testRecord } from "./test-record.ts";

let fixture: DatabaseFixture;
let personId: string;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  personId = (await createPerson(fixture.database)).id;
});
afterAll(() => fixture.close());

const store = () => fixture.database.factors;
const newCodes = () => Array.from({ length: 10 }, () => randomBytes(15).toString("hex"));
const turnOn = (recoveryCodes = newCodes()) =>
  store().turnOnCodes({ personId, sealed: "sealed secret", step: 100, recoveryCodes }, testRecord);
const turnOff = (operatorsNeedFactor = false) =>
  store().turnOffCodes(personId, { operatorsNeedFactor }, testRecord);
const addPasskey = () =>
  fixture.pool.query(
    `INSERT INTO passkeys (id, person_id, name, public_key, backup_eligible, backed_up)
     VALUES (gen_random_uuid()::text, $1, 'key', '', false, false)`,
    [personId],
  );
const passkey = (): NewPasskey => ({
  id: randomBytes(32).toString("base64url"),
  personId,
  name: "Phone",
  publicKey: Uint8Array.from(randomBytes(77)),
  counter: 0,
  transports: [],
  aaguid: "00000000-0000-0000-0000-000000000000",
  backupEligible: false,
  backedUp: false,
});
const set = (statement: string) => fixture.pool.query(statement, [personId]);

test("a new user has no factor", async () => {
  expect(await store().of(personId)).toEqual({ codesSince: null, passkeys: 0, recoveryCodes: 0 });
  expect(await store().sealedSecretOf(personId)).toBeNull();
});

describe("has a factor", () => {
  test("with one-time codes or a passkey; recovery codes alone are none", async () => {
    const has = () => store().has(personId);
    expect(await has()).toBe(false);
    await store().replaceRecoveryCodes(personId, newCodes(), testRecord);
    expect(await has()).toBe(false);
    await turnOn();
    expect(await has()).toBe(true);
    expect(await turnOff()).toBeNull();
    expect(await has()).toBe(false);
    await addPasskey();
    expect(await has()).toBe(true);
    const other = await createPerson(fixture.database);
    expect(await store().has(other.id)).toBe(false);
  });
});

describe("one-time codes", () => {
  test("are turned on with recovery codes, which are stored as hashes", async () => {
    const codes = newCodes();
    expect(await turnOn(codes)).toEqual({ recoveryCodesStored: true });
    expect(await store().of(personId)).toEqual({
      codesSince: expect.any(Date),
      passkeys: 0,
      recoveryCodes: 10,
    });
    expect(await store().sealedSecretOf(personId)).toBe("sealed secret");
    const dump = await dumpTable(fixture.database, "recovery_codes");
    for (const code of codes) expect(dump).not.toContain(code);
  });

  test("keep the recovery codes that the user has", async () => {
    await store().replaceRecoveryCodes(personId, newCodes(), testRecord);
    expect(await turnOn()).toEqual({ recoveryCodesStored: false });
    expect(await store().of(personId)).toMatchObject({ recoveryCodes: 10 });
  });

  test("are turned on once under 50 concurrent attempts", async () => {
    const results = await Promise.all(Array.from({ length: 50 }, () => turnOn()));
    expect(results.filter((result) => result !== null)).toEqual([{ recoveryCodesStored: true }]);
    expect(await store().of(personId)).toMatchObject({ recoveryCodes: 10 });
  });

  test("are not turned on for a disabled user", async () => {
    await fixture.database.people.setDisabled(personId, true);
    expect(await turnOn()).toBeNull();
    expect(await store().of(personId)).toMatchObject({ codesSince: null, recoveryCodes: 0 });
  });

  test("as the first factor are not turned on beside a passkey", async () => {
    await addPasskey();
    const factor = { personId, sealed: "sealed secret", step: 100, recoveryCodes: newCodes() };
    expect(await store().turnOnCodes({ ...factor, asFirstFactor: true }, testRecord)).toBeNull();
    expect(await store().of(personId)).toEqual({ codesSince: null, passkeys: 1, recoveryCodes: 0 });
    expect(await store().turnOnCodes(factor, testRecord)).toEqual({ recoveryCodesStored: true });
  });

  test("are turned off once, and the recovery codes go with the last factor", async () => {
    await turnOn();
    expect([await turnOff(), await turnOff()]).toEqual([null, "none"]);
    expect(await store().of(personId)).toEqual({ codesSince: null, passkeys: 0, recoveryCodes: 0 });
  });

  test("beside a passkey are turned off by anybody, and the recovery codes stay", async () => {
    await turnOn();
    await addPasskey();
    await set("UPDATE users SET operator = true WHERE id = $1");
    expect(await turnOff(true)).toBeNull();
    expect(await store().of(personId)).toEqual({ codesSince: null, passkeys: 1, recoveryCodes: 10 });
  });
});

test.each([
  ["a secret of one-time codes", () => turnOn()],
  ["a passkey", () => fixture.database.passkeys.add(passkey(), [], testRecord)],
])("no session without the factor starts while %s is being added", async (_, add) => {
  const other = await fixture.pool.connect();
  const token = randomToken();
  await other.query("BEGIN");
  // The record comes last, so the factor is there, but not committed.
  await other.query("LOCK TABLE audit_events IN SHARE MODE");
  const added = add();
  await waiting(fixture, 1);
  const start = { token, personId, longTerm: false, amr: ["pwd"], address: "", userAgent: "" };
  const started = expect(fixture.database.sessions.start(start)).rejects.toThrow(PersonGone);
  await waiting(fixture, 2);
  await other.query("COMMIT");
  other.release();
  await Promise.all([added, started]);
});

test.each(["codes", "a passkey"])(
  "a user's own removal of the last factor (%s) voids links and pending sign-ins, another removal none",
  async (last) => {
    const { database, pool } = fixture;
    const key = passkey();
    const policy = { operatorsNeedFactor: false, providers: [] };
    const removePasskey = () => database.passkeys.remove({ id: key.id, personId }, policy, testRecord);
    await database.people.setPassword(personId, { hash: "$argon2id$long", standsAlone: true });
    await turnOn();
    await database.passkeys.add(key, [], testRecord);
    const link = { token: "x", purpose: "password-reset", email: "a@example.com", personId } as const;
    await database.verificationTokens.create({ ...link, lifeSeconds: 600 });
    const pending = { amr: ["pwd"], longTerm: false, provedSecondsAgo: 0, lifeSeconds: 600 };
    await database.pendingSignIns.create({ ...pending, token: "y", personId });
    const begun = async () =>
      (await pool.query("SELECT FROM verification_tokens UNION ALL SELECT FROM pending_sign_ins")).rowCount;
    await (last === "codes" ? removePasskey() : turnOff());
    expect(await begun()).toBe(2);
    await (last === "codes" ? turnOff() : removePasskey());
    expect(await store().has(personId)).toBe(false);
    expect(await begun()).toBe(0);
  },
);

describe("the last factor stays", () => {
  test("with an operator, where the policy requires one", async () => {
    await turnOn();
    await set("UPDATE users SET operator = true WHERE id = $1");
    expect(await turnOff(true)).toBe("operator-needs-one");
    expect(await store().of(personId)).toMatchObject({ codesSince: expect.any(Date), recoveryCodes: 10 });
    expect(await turnOff(false)).toBeNull();
  });

  test("with a password that is too short to stand alone", async () => {
    await turnOn();
    await fixture.database.people.setPassword(personId, { hash: "$argon2id$short", standsAlone: true });
    await set("UPDATE password_credentials SET stands_alone = false WHERE user_id = $1");
    expect(await turnOff()).toBe("password-too-short");
    await set("UPDATE password_credentials SET stands_alone = true WHERE user_id = $1");
    expect(await turnOff()).toBeNull();
  });
});

describe("recovery codes", () => {
  test("are replaced as a whole", async () => {
    await turnOn();
    const before = await dumpTable(fixture.database, "recovery_codes");
    await store().replaceRecoveryCodes(personId, newCodes(), testRecord);
    expect(await store().of(personId)).toMatchObject({ recoveryCodes: 10 });
    const after = await dumpTable(fixture.database, "recovery_codes");
    expect(after.split("\n").filter((row) => before.includes(row))).toEqual([]);
  });
});

describe("removing all factors", () => {
  const actor = { kind: "operator", id: "root" } as const;
  const removeAll = () =>
    store().removeAll(personId, actor, (facts) => ({
      events: [{ kind: "second-step-reset", actor, personId, facts: { ...facts } }],
      mail: { kind: "factor-changed", recipient: "A@example.com", personId, facts: { change: "x" } },
    }));
  const countOf = async (table: string) => (await fixture.pool.query(`SELECT FROM ${table}`)).rowCount;

  test("takes codes, passkeys, recovery codes, links and pending sign-ins in one go, with an event and a mail", async () => {
    await turnOn();
    await addPasskey();
    await set(
      "INSERT INTO pending_sign_ins (hash, person_id, amr, expires_at) VALUES ('x', $1::uuid, '{pwd}', hub_now() + '1 hour')",
    );
    const link = { token: "x", purpose: "password-reset", email: "a@example.com", personId } as const;
    await fixture.database.verificationTokens.create({ ...link, lifeSeconds: 600 });
    await fixture.pool.query("DELETE FROM mails");
    expect(await removeAll()).toEqual({
      codes: true,
      passkeys: 1,
      recoveryCodes: 10,
      sessionsEnded: 0,
      password: "none",
    });
    expect(await store().of(personId)).toEqual({ codesSince: null, passkeys: 0, recoveryCodes: 0 });
    expect(await countOf("pending_sign_ins")).toBe(0);
    expect(await countOf("verification_tokens")).toBe(0);
    expect(await fixture.database.people.findById(personId)).toMatchObject({ knownBrowsersVersion: 2 });
    expect((await fixture.pool.query("SELECT recipient FROM mails")).rows).toEqual([
      { recipient: "a@example.com" },
    ]);
    const events = await fixture.database.auditEvents.listNewest({ personId }, { limit: 1 });
    expect(events).toMatchObject([{ kind: "second-step-reset", facts: { passkeys: 1, codes: true } }]);
  });

  test("happens once under 20 concurrent attempts", async () => {
    await turnOn();
    const results = await Promise.all(Array.from({ length: 20 }, () => removeAll()));
    expect(results.filter((result) => result !== null)).toHaveLength(1);
  });

  test("does nothing for a user without a factor, a disabled one, or nobody", async () => {
    expect(await removeAll()).toBeNull();
    await turnOn();
    await set("UPDATE users SET disabled_at = hub_now() WHERE id = $1");
    expect(await removeAll()).toBeNull();
    expect(await store().of(personId)).toMatchObject({ recoveryCodes: 10 });
  });
});
