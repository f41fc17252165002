/** Each change of a user's credentials or account and its record are one transaction. */
import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Person } from "./central-session-store.ts";
import type { ChangeRecord, MakeRecord } from "./change-record.ts";
import {
  createPerson,
  type DatabaseFixture,
  dumpTable,
  emptyDatabase,
  openDatabaseFixture,
} from "./database-fixture.ts";
import { testRecord } from "./test-record.ts";

let fixture: DatabaseFixture;
let queued = 0;
beforeAll(async () => {
  fixture = await openDatabaseFixture({ onMailQueued: () => queued++ });
  await fixture.pool.query(`
    CREATE FUNCTION refuse_fault() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''fault''; END';
    CREATE TRIGGER refuse_fault BEFORE INSERT ON audit_events
      FOR EACH ROW WHEN (NEW.kind = 'fault') EXECUTE FUNCTION refuse_fault()`);
});
afterAll(() => fixture.close());

let person: Person;
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  person = await createPerson(fixture.database);
  queued = 0;
});

const password = { hash: "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$aGFzaA", standsAlone: true };
const newPassword = { ...password, hash: `${password.hash}b` };
const passkey = () => ({
  id: "passkey",
  personId: person.id,
  name: "My key",
  publicKey: new Uint8Array([1]),
  counter: 0,
  transports: [],
  aaguid: "",
  backupEligible: false,
  backedUp: false,
});
const account = () => ({ personId: person.id, provider: "github", id: "42" });
const appPassword = () => ({
  id: randomUUID(),
  personId: person.id,
  secret: randomBytes(24).toString("base64url"),
  name: "Mail program",
  scopes: ["account.read"],
  lifeSeconds: 60,
});
const token = "link token";
const link = (purpose: "sign-up" | "invitation" | "password-reset" | "email-change") =>
  fixture.database.verificationTokens.create({
    token,
    purpose,
    email: purpose === "sign-up" || purpose === "email-change" ? "new@example.com" : person.email,
    personId: purpose === "sign-up" ? null : person.id,
    lifeSeconds: 60,
  });
const pending = async () => {
  const { pendingSignIns } = fixture.database;
  const facts = { personId: person.id, amr: ["pwd"], longTerm: false, provedSecondsAgo: 0, lifeSeconds: 60 };
  await pendingSignIns.create({ token, ...facts });
};
const codes = (record: MakeRecord) =>
  fixture.database.factors.turnOnCodes(
    { personId: person.id, sealed: "sealed", step: 1, recoveryCodes: ["one", "two"] },
    record,
  );

interface Change {
  readonly prepare?: () => Promise<unknown>;
  readonly run: (record: () => ChangeRecord) => Promise<unknown>;
}

const changes: Readonly<Record<string, Change>> = {
  "the first password": {
    run: (record) =>
      fixture.database.passwords.change(
        { personId: person.id, from: null, password, disconnectApps: false },
        record,
      ),
  },
  "a changed password": {
    prepare: () => fixture.database.people.setPassword(person.id, password),
    run: async (record) => {
      const { passwords } = fixture.database;
      const from = (await passwords.find(person.id))?.changedAt ?? null;
      const change = { personId: person.id, from, password: newPassword, disconnectApps: true };
      return passwords.change(change, record);
    },
  },
  "a password that replaces one of an operator": {
    prepare: async () => {
      await fixture.database.people.setPassword(person.id, password);
      await fixture.database.passwords.setMustChange(person.id, password.hash, true);
      await pending();
    },
    run: (record) => fixture.database.passwords.replaceAtSignIn(token, newPassword, undefined, record),
  },
  "a password that was reset": {
    prepare: () => link("password-reset"),
    run: (record) =>
      fixture.database.verificationTokens.resetPassword(token, password, { disconnectApps: true }, record),
  },
  "one-time codes that are turned on": { run: codes },
  "one-time codes that are turned off": {
    prepare: () => codes(testRecord),
    run: (record) => fixture.database.factors.turnOffCodes(person.id, { operatorsNeedFactor: false }, record),
  },
  "factors that an operator removes": {
    prepare: () => codes(testRecord),
    run: (record) => fixture.database.factors.removeAll(person.id, { kind: "operator", id: "root" }, record),
  },
  "new recovery codes": {
    run: (record) => fixture.database.factors.replaceRecoveryCodes(person.id, ["three"], record),
  },
  "a used recovery code": {
    prepare: async () => {
      await codes(testRecord);
      await pending();
    },
    run: (record) =>
      fixture.database.pendingSignIns.complete({
        from: { pendingToken: token },
        personId: person.id,
        proof: { kind: "recovery-code", code: "one", record },
        amr: ["pwd", "otp", "mfa"],
        token: "TGT-1",
        previousToken: undefined,
        userAgent: "",
        address: "",
        askBefore: false,
      }),
  },
  "a recovery code used before another password": {
    prepare: async () => {
      await fixture.database.people.setPassword(person.id, password);
      await codes(testRecord);
      await pending();
      await fixture.database.passwords.setMustChange(person.id, password.hash, true);
    },
    run: (record) =>
      fixture.database.pendingSignIns.addFactor({
        pendingToken: token,
        personId: person.id,
        proof: { kind: "recovery-code", code: "one", record },
        amr: ["pwd", "otp", "mfa"],
      }),
  },
  "an added passkey": {
    run: (record) => fixture.database.passkeys.add(passkey(), ["one"], record),
  },
  "a renamed passkey": {
    prepare: () => fixture.database.passkeys.add(passkey(), [], testRecord),
    run: (record) => fixture.database.passkeys.rename({ ...passkey(), name: "Other" }, record),
  },
  "a removed passkey": {
    prepare: async () => {
      await fixture.database.people.setPassword(person.id, password);
      await fixture.database.passkeys.add(passkey(), [], testRecord);
    },
    run: (record) =>
      fixture.database.passkeys.remove(passkey(), { operatorsNeedFactor: false, providers: [] }, record),
  },
  "a connected account": {
    run: (record) => fixture.database.upstreamAccounts.link({ ...account(), label: "octocat" }, record),
  },
  "a disconnected account": {
    prepare: async () => {
      await fixture.database.people.setPassword(person.id, password);
      await fixture.database.upstreamAccounts.link({ ...account(), label: "octocat" }, testRecord);
    },
    run: (record) => fixture.database.upstreamAccounts.unlink(account(), { providers: [] }, record),
  },
  "a new app password": { run: (record) => fixture.database.appPasswords.create(appPassword(), record) },
  "a revoked app password": {
    prepare: () => fixture.database.appPasswords.create(appPassword(), testRecord),
    run: async (record) => {
      const [made] = await fixture.database.appPasswords.listOf(person.id);
      return fixture.database.appPasswords.revoke({ id: made?.id ?? "", personId: person.id }, record);
    },
  },
  "a new account": {
    prepare: () => link("sign-up"),
    run: (record) =>
      fixture.database.verificationTokens.signUp(
        token,
        { id: randomUUID(), username: "new", name: "New", password },
        record,
      ),
  },
  "an accepted invitation": {
    prepare: () => link("invitation"),
    run: (record) =>
      fixture.database.verificationTokens.acceptInvitation(token, { name: "Invited", password }, record),
  },
  "voided links": {
    prepare: () => link("invitation"),
    run: (record) => fixture.database.verificationTokens.voidAll(person.id, record),
  },
  "a changed address": {
    prepare: () => link("email-change"),
    run: (record) => fixture.database.verificationTokens.changeEmail(token, record),
  },
  "a changed name": {
    run: (record) => fixture.database.profiles.rename(person.id, "Other Name", record),
  },
  "a new picture": {
    run: (record) => {
      const picture = { type: "image/png", bytes: new Uint8Array([1]) } as const;
      return fixture.database.profiles.setPicture(person.id, picture, record);
    },
  },
  "a removed picture": {
    prepare: () => {
      const picture = { type: "image/png", bytes: new Uint8Array([1]) } as const;
      return fixture.database.profiles.setPicture(person.id, picture, testRecord);
    },
    run: (record) => fixture.database.profiles.removePicture(person.id, record),
  },
  "a requested deletion": {
    run: (record) => fixture.database.profiles.requestDeletion(person.id, 3600, record),
  },
  "a cancelled deletion": {
    prepare: () => fixture.database.profiles.requestDeletion(person.id, 3600, testRecord),
    run: (record) => fixture.database.profiles.cancelDeletion(person.id, record),
  },
  "a deleted account": {
    prepare: () => fixture.database.profiles.requestDeletion(person.id, 0, testRecord),
    run: (record) => fixture.database.people.removeDue(person.id, record),
  },
};

const tables = [
  "users",
  "password_credentials",
  "totp_factors",
  "recovery_codes",
  "passkeys",
  "accounts",
  "app_passwords",
  "verification_tokens",
  "pending_sign_ins",
  "sessions",
  "profile_pictures",
  "mails",
  "audit_events",
];
async function contents(): Promise<Record<string, string>> {
  const dumps = tables.map(async (table) => [table, await dumpTable(fixture.database, table)] as const);
  return Object.fromEntries(await Promise.all(dumps));
}

const recordOf = (kind: string) => (): ChangeRecord => ({
  events: [{ kind, actor: { kind: "user", id: person.id }, personId: person.id }],
  mail: { kind: "told", recipient: person.email, personId: person.id },
});

describe.each(Object.entries(changes))("%s", (_, { prepare, run }) => {
  test("is undone if its audit entry cannot be written", async () => {
    await prepare?.();
    const before = await contents();
    await expect(run(recordOf("fault"))).rejects.toThrow("fault");
    expect(await contents()).toEqual(before);
    expect(queued).toBe(0);
  });

  test("is undone if making its record fails", async () => {
    await prepare?.();
    const before = await contents();
    const broken = () => {
      throw new Error("no record");
    };
    await expect(run(broken)).rejects.toThrow("no record");
    expect(await contents()).toEqual(before);
  });

  test("leaves one audit entry and one mail, and wakes the dispatcher", async () => {
    await prepare?.();
    const before = await contents();
    await run(recordOf("recorded"));
    const after = await contents();
    const changed = tables.filter((table) => after[table] !== before[table]);
    expect(changed).toEqual(expect.arrayContaining(["mails", "audit_events"]));
    expect(changed.length).toBeGreaterThan(2);
    const { rows } = await fixture.pool.query("SELECT kind FROM mails WHERE person_id = $1", [person.id]);
    expect(rows).toEqual([{ kind: "told" }]);
    const entries = await fixture.database.auditEvents.listOldest(
      { personId: person.id, kinds: ["recorded"] },
      { limit: 9, after: 0 },
    );
    expect(entries).toHaveLength(1);
    expect(queued).toBe(1);
  });
});
