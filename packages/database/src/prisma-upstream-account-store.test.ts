/** Laws of the store of accounts at other identity providers. */

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  createPerson,
  type DatabaseFixture,
  emptyDatabase,
  openDatabaseFixture,
} from "./database-fixture.ts";
import { PersonGone } from "./person-store.ts";
import { testRecord } from "./test-record.ts";
import type { UpstreamAccountStore } from "./upstream-account-store.ts";

let fixture: DatabaseFixture;
let accounts: UpstreamAccountStore;
let personId: string;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
  accounts = fixture.database.upstreamAccounts;
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  personId = (await createPerson(fixture.database)).id;
  await fixture.pool.query("DELETE FROM password_credentials");
});
afterAll(() => fixture.close());

const work = { provider: "work", id: "42" };
const providers = ["work", "github"];
const link = (account = work, of = personId) =>
  accounts.link({ ...account, personId: of, label: "zoe" }, testRecord);
const unlink = (account = work, of = personId) =>
  accounts.unlink({ ...account, personId: of }, { providers }, testRecord);

test("a linked account leads to its user, and no other account does", async () => {
  expect(await link()).toBe("linked");
  expect(await accounts.findPerson(work)).toMatchObject({ id: personId });
  expect(await accounts.findPerson({ ...work, id: "43" })).toBeNull();
  expect(await accounts.findPerson({ ...work, provider: "github" })).toBeNull();
});

test("the list has label and time by the database's clock, and no other user's accounts", async () => {
  const other = await createPerson(fixture.database);
  await link({ provider: "github", id: "7" }, other.id);
  await fixture.clock.advance(86_400);
  await link();
  const [listed, ...more] = await accounts.listOf(personId);
  expect(more).toEqual([]);
  expect(listed).toMatchObject({ ...work, label: "zoe" });
  expect((listed?.createdAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(86_000_000);
});

test("nothing but provider, id and label is stored", async () => {
  await link();
  const { rows } = await fixture.pool.query("SELECT * FROM accounts");
  const { userId, created_at, ...stored } = rows[0];
  expect(
    Object.values(stored)
      .filter((value) => value !== null)
      .toSorted(),
  ).toEqual(["42", "oidc", "work", "zoe", personId].toSorted());
});

test("an account of another user is refused, and stays that user's", async () => {
  const other = await createPerson(fixture.database);
  await link();
  expect(await link(work, other.id)).toBe("linked-elsewhere");
  expect(await link()).toBe("known-already");
  expect(await accounts.findPerson(work)).toMatchObject({ id: personId });
});

test("of 50 users who link one account at once, exactly one succeeds", async () => {
  const people = await Promise.all(Array.from({ length: 50 }, () => createPerson(fixture.database)));
  const results = await Promise.all(people.map(({ id }) => link(work, id)));
  expect(results.filter((result) => result === "linked")).toHaveLength(1);
  expect(results.filter((result) => result === "linked-elsewhere")).toHaveLength(49);
});

test("a disabled or removed user links nothing", async () => {
  await fixture.database.people.setDisabled(personId, true);
  await expect(link()).rejects.toThrow(PersonGone);
  await expect(link(work, randomUUID())).rejects.toThrow(PersonGone);
  expect(await accounts.findPerson(work)).toBeNull();
});

test("the account of a disabled user still leads to that user", async () => {
  await link();
  await fixture.database.people.setDisabled(personId, true);
  expect(await accounts.findPerson(work)).toMatchObject({ id: personId, disabled: true });
});

describe("the last way to sign in stays", () => {
  test("without password and passkey the last account is not unlinked", async () => {
    await link();
    await link({ provider: "github", id: "7" });
    expect(await unlink()).toBe("unlinked");
    expect(await unlink({ provider: "github", id: "7" })).toBe("last-way-in");
    expect(await accounts.listOf(personId)).toHaveLength(1);
  });

  test("an account of a provider that is not set up counts as none", async () => {
    await link();
    await link({ provider: "former", id: "7" });
    expect(await unlink()).toBe("last-way-in");
  });

  test("of two accounts unlinked at once one stays", async () => {
    const github = { provider: "github", id: "7" };
    await link();
    await link(github);
    const results = await Promise.all([unlink(), unlink(github)]);
    expect(results.toSorted()).toEqual(["last-way-in", "unlinked"]);
  });

  test.each([
    ["a password", "INSERT INTO password_credentials (user_id, hash, stands_alone) VALUES ($1, 'x', true)"],
    [
      "a passkey",
      "INSERT INTO passkeys (id, person_id, name, public_key, backup_eligible, backed_up) VALUES ('k', $1, 'n', '\\x00', true, false)",
    ],
  ])("with %s it is unlinked", async (_what, insert) => {
    await link();
    await fixture.pool.query(insert, [personId]);
    expect(await unlink()).toBe("unlinked");
    expect(await accounts.findPerson(work)).toBeNull();
  });

  test("another user unlinks nothing", async () => {
    const other = await createPerson(fixture.database);
    await link();
    expect(await unlink(work, other.id)).toBe("gone");
    expect(await unlink({ ...work, id: "43" })).toBe("gone");
    expect(await accounts.findPerson(work)).toMatchObject({ id: personId });
  });
});
