/** Tests of app passwords. */

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AppPasswordStore, mostAppPasswords } from "./app-password-store.ts";
import type { Person } from "./central-session-store.ts";
import {
  createPerson,
  type DatabaseFixture,
  dumpTable,
  emptyDatabase,
  openDatabaseFixture,
} from "./database-fixture.ts";
import { PersonGone } from "./person-store.ts";
import { testRecord } from "./test-record.ts";

const day = 86_400;
let fixture: DatabaseFixture;
let appPasswords: AppPasswordStore;
let alice: Person;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  appPasswords = fixture.database.appPasswords;
  alice = await createPerson(fixture.database);
});
afterAll(() => fixture.close());

type NewAppPassword = Parameters<AppPasswordStore["create"]>[0];
function newAppPassword(more: Partial<NewAppPassword> = {}): NewAppPassword {
  return {
    id: randomUUID(),
    personId: alice.id,
    secret: `gh_${randomUUID()}`,
    name: "Backup",
    scopes: ["account.read"],
    lifeSeconds: 30 * day,
    ...more,
  };
}
async function make(more: Partial<NewAppPassword> = {}): Promise<NewAppPassword> {
  const wanted = newAppPassword(more);
  expect(await appPasswords.create(wanted, testRecord)).toMatchObject({ outcome: "made" });
  return wanted;
}
const isFound = async (secret: string, identifier = alice.username) =>
  (await appPasswords.findForUse(identifier, secret)) !== null;
const listed = async () => (await appPasswords.listOf(alice.id)).map(({ name }) => name);

describe("an app password", () => {
  test("is found by username and secret, with user, scopes and expiry", async () => {
    const { id, secret } = await make({ scopes: ["account.read", "bank:accounts.read"] });
    const found = await appPasswords.findForUse(alice.username, secret);
    expect(found).toEqual({
      person: alice,
      appPassword: {
        id,
        name: "Backup",
        scopes: ["account.read", "bank:accounts.read"],
        createdAt: expect.any(Date),
        expiresAt: expect.any(Date),
        lastUsedAt: null,
        expired: false,
      },
    });
    const { createdAt, expiresAt } = found?.appPassword ?? {};
    expect(Number(expiresAt) - Number(createdAt)).toBe(30 * day * 1000);
  });

  test("is found by email address, and case-insensitively", async () => {
    const { secret } = await make();
    for (const identifier of [alice.email, alice.email.toUpperCase(), alice.username.toUpperCase()])
      expect(await isFound(secret, identifier)).toBe(true);
  });

  test("is not found with another username, none, or one that contains NUL", async () => {
    const { secret } = await make();
    const bob = await createPerson(fixture.database);
    for (const identifier of [bob.username, "", "nobody", `${alice.username}\0`])
      expect(await isFound(secret, identifier)).toBe(false);
    expect(await isFound("gh_never-made")).toBe(false);
    expect((await appPasswords.listOf(alice.id))[0]?.lastUsedAt).toBeNull();
  });

  test("is stored as a hash of its own kind, which does not authenticate", async () => {
    const { secret } = await make();
    const kept = await dumpTable(fixture.database, "app_passwords");
    expect(kept).toContain("Backup");
    expect(kept).not.toContain(secret);
    expect(JSON.stringify(await appPasswords.listOf(alice.id))).not.toContain(secret);
    const hash = JSON.parse(kept).hash;
    expect(await isFound(hash)).toBe(false);
  });

  test("survives kill -9, and stays revoked", async () => {
    const [kept, revoked] = [await make(), await make()];
    expect(await appPasswords.revoke({ id: revoked.id, personId: alice.id }, testRecord)).toBe("Backup");
    appPasswords = (await fixture.reopenAfterKill()).appPasswords;
    expect([await isFound(kept.secret), await isFound(revoked.secret)]).toEqual([true, false]);
  });
});

describe("the list of a user", () => {
  test("has the user's own, newest first", async () => {
    const bob = await createPerson(fixture.database);
    await make({ name: "first" });
    await fixture.clock.advance(10);
    await make({ name: "second" });
    await make({ name: "of bob", personId: bob.id });
    expect(await listed()).toEqual(["second", "first"]);
  });

  test("has the time of the last use, written at most once a minute", async () => {
    const { secret } = await make();
    const lastUsed = async () => Number((await appPasswords.listOf(alice.id))[0]?.lastUsedAt);
    await isFound(secret);
    const first = await lastUsed();
    expect(first).toBeGreaterThan(0);
    await fixture.clock.advance(50);
    await isFound(secret);
    expect(await lastUsed()).toBe(first);
    await fixture.clock.advance(11);
    await isFound(secret);
    expect((await lastUsed()) - first).toBeGreaterThanOrEqual(60_000);
  });
});

describe("an app password is not found", () => {
  test("after its expiry; it is listed for 30 more days and then deleted", async () => {
    const { secret } = await make({ lifeSeconds: 7 * day });
    await fixture.clock.advance(7 * day - 60);
    expect(await isFound(secret)).toBe(true);
    await fixture.clock.advance(61);
    expect(await isFound(secret)).toBe(false);
    expect((await appPasswords.listOf(alice.id)).map(({ expired }) => expired)).toEqual([true]);
    await fixture.clock.advance(30 * day - 60);
    expect(await appPasswords.sweep(10)).toBe(0);
    await fixture.clock.advance(120);
    expect(await appPasswords.sweep(10)).toBe(1);
    expect(await listed()).toEqual([]);
  });

  test("after its user revoked it; another user cannot", async () => {
    const { id, secret } = await make();
    const bob = await createPerson(fixture.database);
    expect(await appPasswords.revoke({ id, personId: bob.id }, testRecord)).toBeNull();
    expect(await isFound(secret)).toBe(true);
    expect(await appPasswords.revoke({ id, personId: alice.id }, testRecord)).toBe("Backup");
    expect(await isFound(secret)).toBe(false);
    expect(await appPasswords.revoke({ id, personId: alice.id }, testRecord)).toBeNull();
    expect(await appPasswords.revoke({ id: "no uuid", personId: alice.id }, testRecord)).toBeNull();
  });

  test("while its user is disabled, and after the user was removed", async () => {
    const all = [await make(), await make(), await make()];
    const found = () => Promise.all(all.map(({ secret }) => isFound(secret)));
    await fixture.database.people.setDisabled(alice.id, true);
    expect(await found()).toEqual([false, false, false]);
    await fixture.database.people.setDisabled(alice.id, false);
    expect(await found()).toEqual([true, true, true]);
    await fixture.database.people.remove(alice.id);
    expect(await dumpTable(fixture.database, "app_passwords")).toBe("");
  });
});

describe("creating one", () => {
  test("twice from one form creates one, also concurrently", async () => {
    const form = { id: randomUUID() };
    const makings = await Promise.all(
      Array.from({ length: 10 }, () => appPasswords.create(newAppPassword(form), testRecord)),
    );
    const outcomes = makings.map(({ outcome }) => outcome).toSorted();
    expect(outcomes).toEqual(["made", ...Array(9).fill("made-already")]);
    expect(await listed()).toHaveLength(1);
  });

  test("is refused beyond 25 per user, also concurrently", async () => {
    const makings = await Promise.all(
      Array.from({ length: 40 }, () => appPasswords.create(newAppPassword(), testRecord)),
    );
    expect(makings.filter(({ outcome }) => outcome === "made")).toHaveLength(mostAppPasswords);
    expect(await listed()).toHaveLength(25);
    expect(await appPasswords.create(newAppPassword(), testRecord)).toEqual({ outcome: "too-many" });
    const bob = await createPerson(fixture.database);
    await make({ personId: bob.id });
  });

  test("succeeds again after one was revoked or has expired", async () => {
    for (let count = 0; count < 25; count++) await make({ lifeSeconds: count === 0 ? day : 90 * day });
    expect(await appPasswords.create(newAppPassword(), testRecord)).toEqual({ outcome: "too-many" });
    await fixture.clock.advance(day);
    const { id } = await make();
    expect(await appPasswords.create(newAppPassword(), testRecord)).toEqual({ outcome: "too-many" });
    await appPasswords.revoke({ id, personId: alice.id }, testRecord);
    await make();
  });

  test("is refused for a disabled or removed user", async () => {
    await fixture.database.people.setDisabled(alice.id, true);
    await expect(appPasswords.create(newAppPassword(), testRecord)).rejects.toThrow(PersonGone);
    await fixture.database.people.remove(alice.id);
    await expect(appPasswords.create(newAppPassword(), testRecord)).rejects.toThrow(PersonGone);
  });
});
