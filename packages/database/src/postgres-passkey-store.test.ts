/** Laws of the passkey store. */

import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  createPerson,
  type DatabaseFixture,
  emptyDatabase,
  openDatabaseFixture,
} from "./database-fixture.ts";
import { mostPasskeys, type NewPasskey, type PasskeyStore } from "./passkey-store.ts";
import { PersonGone } from "./person-store.ts";
import { testRecord } from "./test-record.ts";

let fixture: DatabaseFixture;
let passkeys: PasskeyStore;
let personId: string;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
  ({ passkeys } = fixture.database);
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  personId = (await createPerson(fixture.database)).id;
});
afterAll(() => fixture.close());

const newPasskey = (more: Partial<NewPasskey> = {}): NewPasskey => ({
  id: randomBytes(32).toString("base64url"),
  personId,
  name: "Phone",
  publicKey: Uint8Array.from(randomBytes(77)),
  counter: 0,
  transports: ["internal", "hybrid"],
  aaguid: "00000000-0000-0000-0000-000000000000",
  backupEligible: true,
  backedUp: false,
  ...more,
});
async function add(more: Partial<NewPasskey> = {}): Promise<NewPasskey> {
  const passkey = newPasskey(more);
  expect(await passkeys.add(passkey, [], testRecord)).toBe("added");
  return passkey;
}
const remove = ({ id }: NewPasskey, of = personId, operatorsNeedFactor = false) =>
  passkeys.remove({ id, personId: of }, { operatorsNeedFactor, providers: ["github"] }, testRecord);
const setPassword = (more: { standsAlone?: boolean } = {}) =>
  fixture.pool.query("INSERT INTO password_credentials (user_id, hash, stands_alone) VALUES ($1, 'x', $2)", [
    personId,
    more.standsAlone ?? true,
  ]);
const dropPassword = () =>
  fixture.pool.query("DELETE FROM password_credentials WHERE user_id = $1", [personId]);
const dated = async (seconds: number, work: () => Promise<unknown>) => {
  await fixture.clock.advance(seconds);
  await work();
};

test("an added passkey is found as it was added, with the time of the database's clock", async () => {
  await fixture.clock.advance(86_400);
  const passkey = await add();
  const found = await passkeys.find(passkey.id);
  expect(found).toEqual({ ...passkey, createdAt: expect.any(Date), lastUsedAt: null });
  expect((found?.createdAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(86_000_000);
  const { person } = (await passkeys.findForSignIn(passkey.id)) ?? {};
  expect(await passkeys.findForSignIn(passkey.id)).toEqual({ passkey: found, person });
  expect(person).toEqual(await fixture.database.people.findById(personId));
  expect(await passkeys.findForSignIn("unknown\0")).toBeNull();
  expect(await passkeys.find("unknown")).toBeNull();
  expect(await passkeys.find("\0")).toBeNull();
});

test("a user's passkeys are listed newest first, and no other user's", async () => {
  const first = await add();
  await dated(60, () => add({ name: "Key" }));
  const other = await createPerson(fixture.database);
  await add({ personId: other.id });
  expect((await passkeys.listOf(personId)).map(({ name }) => name)).toEqual(["Key", first.name]);
  expect(await passkeys.listOf("no uuid")).toEqual([]);
});

test("a credential id belongs to one user", async () => {
  const passkey = await add();
  const other = await createPerson(fixture.database);
  expect(await passkeys.add({ ...passkey, personId: other.id }, [], testRecord)).toBe("known-already");
  expect((await passkeys.find(passkey.id))?.personId).toBe(personId);
});

test("the first passkey comes with recovery codes, of 20 concurrent ones too; a refused one brings none", async () => {
  const codes = ["one", "two"];
  const known = newPasskey({ personId: (await createPerson(fixture.database)).id });
  await passkeys.add(known, [], testRecord);
  expect(await passkeys.add({ ...known, personId }, codes, testRecord)).toBe("known-already");
  expect(await fixture.database.factors.of(personId)).toMatchObject({ recoveryCodes: 0 });
  const recorded: string[] = [];
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      passkeys.add(newPasskey(), [`one of ${i}`, `two of ${i}`], (outcome) => {
        recorded.push(outcome);
        return testRecord();
      }),
    ),
  );
  expect(results.filter((result) => result === "added-with-codes")).toHaveLength(1);
  expect(recorded.toSorted()).toEqual(results.toSorted());
  expect(await fixture.database.factors.of(personId)).toMatchObject({ passkeys: 20, recoveryCodes: 2 });
});

test("of 50 concurrent additions of one credential one succeeds", async () => {
  const passkey = newPasskey();
  const results = await Promise.all(Array.from({ length: 50 }, () => passkeys.add(passkey, [], testRecord)));
  expect(results.filter((result) => result === "added")).toHaveLength(1);
});

test("concurrent additions do not exceed the limit", async () => {
  const results = await Promise.all(
    Array.from({ length: mostPasskeys + 5 }, () => passkeys.add(newPasskey(), [], testRecord)),
  );
  expect(results.filter((result) => result === "too-many")).toHaveLength(5);
  expect(await passkeys.listOf(personId)).toHaveLength(mostPasskeys);
});

test("a disabled or removed user gets no passkey", async () => {
  await fixture.database.people.setDisabled(personId, true);
  await expect(passkeys.add(newPasskey(), [], testRecord)).rejects.toThrow(PersonGone);
  await expect(passkeys.add(newPasskey({ personId: randomUUID() }), [], testRecord)).rejects.toThrow(
    PersonGone,
  );
});

test("a removed user's passkeys are deleted", async () => {
  const passkey = await add();
  await fixture.database.people.remove(personId);
  expect(await passkeys.find(passkey.id)).toBeNull();
});

describe("WebAuthn 6.1.1 signature counter", () => {
  test.each([
    ["grows", 7, 8, true],
    ["grows from 0", 0, 1, true],
    ["is 0 in an authenticator without counter", 0, 0, true],
    ["stays", 7, 7, false],
    ["falls", 7, 6, false],
    ["falls to 0", 7, 0, false],
  ])("a counter that %s: %i, then %i", async (_, before, after, isAccepted) => {
    const { id } = await add({ counter: before });
    expect(await passkeys.recordUse(id, { counter: after, backedUp: true })).toBe(isAccepted);
    expect(await passkeys.find(id)).toMatchObject(
      isAccepted
        ? { counter: after, backedUp: true, lastUsedAt: expect.any(Date) }
        : { counter: before, backedUp: false, lastUsedAt: null },
    );
  });

  test("counters of 32 bits are stored", async () => {
    const { id } = await add({ counter: 2 ** 32 - 2 });
    expect(await passkeys.recordUse(id, { counter: 2 ** 32 - 1, backedUp: false })).toBe(true);
    expect((await passkeys.find(id))?.counter).toBe(2 ** 32 - 1);
  });

  test("of 50 concurrent uses with one counter one succeeds", async () => {
    const { id } = await add({ counter: 7 });
    const uses = Array.from({ length: 50 }, () => passkeys.recordUse(id, { counter: 8, backedUp: true }));
    expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
  });

  test("a removed passkey cannot be used", async () => {
    const passkey = await add();
    await add();
    await remove(passkey);
    expect(await passkeys.recordUse(passkey.id, { counter: 1, backedUp: false })).toBe(false);
  });
});

describe("a passkey is renamed and removed by its owner alone", () => {
  test("rename", async () => {
    const passkey = await add();
    const other = await createPerson(fixture.database);
    expect(await passkeys.rename({ id: passkey.id, personId: other.id, name: "Mine" }, testRecord)).toBe(
      false,
    );
    expect(await passkeys.rename({ id: passkey.id, personId, name: "Laptop\0" }, testRecord)).toBe(true);
    expect((await passkeys.find(passkey.id))?.name).toBe("Laptop\uFFFD");
  });

  test("remove", async () => {
    const passkey = await add();
    await add();
    const other = await createPerson(fixture.database);
    expect(await remove(passkey, other.id)).toBe("gone");
    expect(await remove(passkey, randomUUID())).toBe("gone");
    expect(await remove(passkey)).toBe("removed");
    expect(await remove(passkey)).toBe("gone");
  });
});

describe("the last way to sign in stays", () => {
  beforeEach(dropPassword);

  test("without a password the last passkey is not removed", async () => {
    const [first, last] = [await add(), await add()];
    expect(await remove(first)).toBe("removed");
    expect(await remove(last)).toBe("last-way-in");
    expect(await passkeys.find(last.id)).not.toBeNull();
  });

  test("of two passkeys removed at once one stays", async () => {
    const both = [await add(), await add()];
    const results = await Promise.all(both.map((one) => remove(one)));
    expect(results.toSorted()).toEqual(["last-way-in", "removed"]);
    expect(await passkeys.listOf(personId)).toHaveLength(1);
  });

  test("with a password it is removed", async () => {
    await setPassword();
    expect(await remove(await add())).toBe("removed");
  });

  test.each([
    ["github", "removed"],
    ["one-that-is-no-longer-set", "last-way-in"],
  ])("with an account at %s: %s", async (provider, outcome) => {
    const account = { personId, provider, id: "42", label: "octocat" };
    await fixture.database.upstreamAccounts.link(account, testRecord);
    expect(await remove(await add())).toBe(outcome);
  });

  test("a passkey and an account that are removed at once: one stays", async () => {
    const account = { personId, provider: "github", id: "42" };
    await fixture.database.upstreamAccounts.link({ ...account, label: "octocat" }, testRecord);
    const passkey = await add();
    const results = await Promise.all([
      remove(passkey),
      fixture.database.upstreamAccounts.unlink(account, { providers: ["github"] }, testRecord),
    ]);
    expect(results.filter((result) => result === "last-way-in")).toHaveLength(1);
  });

  test("with a password that is too short to be the only factor it stays, unless there are one-time codes", async () => {
    await setPassword({ standsAlone: false });
    const passkey = await add();
    expect(await remove(passkey)).toBe("password-too-short");
    const codes = "INSERT INTO totp_factors (person_id, sealed, last_step) VALUES ($1, 'x', 0)";
    await fixture.pool.query(codes, [personId]);
    expect(await remove(passkey)).toBe("removed");
  });

  test("an operator keeps the last factor where the policy requires one", async () => {
    await setPassword();
    const [first, last] = [await add(), await add()];
    await fixture.pool.query("UPDATE users SET operator = true WHERE id = $1", [personId]);
    expect(await remove(first, personId, true)).toBe("removed");
    expect(await remove(last, personId, true)).toBe("operator-needs-one");
    expect(await remove(last)).toBe("removed");
  });

  test("with the last factor the recovery codes go too", async () => {
    await setPassword();
    const [first, last] = [await add(), await add()];
    const { factors } = fixture.database;
    await factors.replaceRecoveryCodes(personId, ["one", "two"], testRecord);
    await remove(first);
    expect((await factors.of(personId)).recoveryCodes).toBe(2);
    await remove(last);
    expect((await factors.of(personId)).recoveryCodes).toBe(0);
  });
});
