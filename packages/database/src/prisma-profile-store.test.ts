import { randomUUID } from "node:crypto";
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type DatabaseFixture, emptyDatabase, openDatabaseFixture, waiting } from "./database-fixture.ts";
import type { ProfileStore } from "./profile-store.ts";
import { testRecord } from "./test-record.ts";

let fixture: DatabaseFixture;
let profiles: ProfileStore;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  profiles = fixture.database.profiles;
});
afterAll(() => fixture.close());

const hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";

async function createPerson(username: string, passwordHash: string | null = hash): Promise<string> {
  const email = `${username}@example.com`;
  const password = passwordHash === null ? null : { hash: passwordHash, standsAlone: true };
  const person = { username, name: username, email, operator: false, password };
  return (await fixture.database.people.create(person)).id;
}

test("the age of the password is known, and its hash is not among the methods", async () => {
  const before = Date.now() - 1000;
  const id = await createPerson("alice");
  const { password } = await profiles.signInMethodsOf(id);
  expect(Object.keys(password ?? {})).toEqual(["changedAt"]);
  expect(password?.changedAt.getTime()).toBeGreaterThan(before);
});

test("a user without a password has none", async () => {
  expect((await profiles.signInMethodsOf(await createPerson("bob", null))).password).toBeNull();
});

const picture = { type: "image/png", bytes: Buffer.from("a picture") } as const;

test("a picture is found by the hash of its content, until it is replaced, removed, or its user is disabled", async () => {
  const id = await createPerson("alice");
  const hash = await profiles.setPicture(id, picture, testRecord);
  const found = await profiles.findPicture(hash);
  expect([found?.type, Buffer.from(found?.bytes ?? []).toString()]).toEqual(["image/png", "a picture"]);
  expect((await fixture.database.people.findById(id))?.picture).toBe(hash);
  await fixture.database.people.setDisabled(id, true);
  expect(await profiles.findPicture(hash)).toBeNull();
  await fixture.database.people.setDisabled(id, false);
  const other = await profiles.setPicture(
    id,
    { type: "image/webp", bytes: Buffer.from("another") },
    testRecord,
  );
  expect([await profiles.findPicture(hash), (await profiles.findPicture(other))?.type]).toEqual([
    null,
    "image/webp",
  ]);
  await profiles.removePicture(id, testRecord);
  expect([await profiles.findPicture(other), (await fixture.database.people.findById(id))?.picture]).toEqual([
    null,
    null,
  ]);
});

test("a name with NUL, which PostgreSQL refuses, is stored without it", async () => {
  const id = await createPerson("alice");
  await profiles.rename(id, "Alice\0 Archer", testRecord);
  expect((await fixture.database.people.findById(id))?.name).toBe("Alice\ufffd Archer");
});

const day = 86_400;

async function startSession(personId: string): Promise<string> {
  const token = createTicketId("TGT");
  const start = { personId, token, userAgent: "", address: "", longTerm: false, amr: ["pwd"] };
  await fixture.database.sessions.start(start);
  return token;
}
const stateOf = async (token: string) =>
  (await fixture.database.sessions.find(token, { touch: false })).state;

test("a request for deletion ends all sessions and deletes what lets others in; a second one keeps the time", async () => {
  const { appPasswords, people } = fixture.database;
  const id = await createPerson("alice");
  const tokens = [await startSession(id), await startSession(id)];
  const secret = "gh_secret";
  const scopes = ["account.read"];
  await appPasswords.create(
    { id: randomUUID(), personId: id, secret, name: "x", scopes, lifeSeconds: day },
    testRecord,
  );
  const asked = await profiles.requestDeletion(id, 3 * day, testRecord);
  expect(asked?.endedSessions).toHaveLength(2);
  expect(await Promise.all(tokens.map(stateOf))).toEqual(["ended", "ended"]);
  expect(await appPasswords.listOf(id)).toEqual([]);
  expect((await people.findById(id))?.deletionDueAt).toEqual(asked?.dueAt);
  await fixture.clock.advance(day);
  expect((await profiles.requestDeletion(id, 3 * day, testRecord))?.dueAt).toEqual(asked?.dueAt);
});

test("a session that starts while a deletion is requested is among those that end", async () => {
  const id = await createPerson("alice");
  const starting = await fixture.pool.connect();
  await starting.query("BEGIN");
  await starting.query(
    "SELECT start_session($1, 'token', NULL, '', '', false, false, '1 hour', '1 hour', '0', '{pwd}')",
    [id],
  );
  const asked = profiles.requestDeletion(id, day, testRecord);
  await waiting(fixture, 1);
  await starting.query("COMMIT");
  starting.release();
  expect((await asked)?.endedSessions).toHaveLength(1);
  expect(await fixture.database.sessions.listOf(id)).toEqual([]);
});

test("a disabled user and an unknown one cannot request a deletion", async () => {
  const id = await createPerson("alice");
  await fixture.database.people.setDisabled(id, true);
  expect(await profiles.requestDeletion(id, day, testRecord)).toBeNull();
  expect(await profiles.requestDeletion(randomUUID(), day, testRecord)).toBeNull();
});

test("50 users who keep their account at once and an upkeep that deletes it: one of the two happens", async () => {
  const id = await createPerson("alice");
  await profiles.requestDeletion(id, 60, testRecord);
  expect(await fixture.database.people.removeDue(id, testRecord)).toBe(false);
  const kept = await Promise.all(Array.from({ length: 50 }, () => profiles.cancelDeletion(id, testRecord)));
  expect(kept.filter(Boolean)).toHaveLength(1);
  await fixture.clock.advance(61);
  expect(await profiles.dueForDeletion(10)).toEqual([]);
  expect(await fixture.database.people.removeDue(id, testRecord)).toBe(false);
  await profiles.requestDeletion(id, 60, testRecord);
  await fixture.clock.advance(61);
  expect([await profiles.dueForDeletion(10), await profiles.cancelDeletion(id, testRecord)]).toEqual([
    [id],
    false,
  ]);
  const removed = await Promise.all(
    Array.from({ length: 50 }, () => fixture.database.people.removeDue(id, testRecord)),
  );
  expect(removed.filter(Boolean)).toHaveLength(1);
  expect(await fixture.database.people.findById(id)).toBeNull();
});

test("an export has the user's rows of every table, and no column with a secret", async () => {
  const id = await createPerson("alice");
  await startSession(id);
  await profiles.setPicture(id, picture, testRecord);
  const all = await profiles.exportOf(id);
  expect(all).toMatchObject({
    profile: { username: "alice", picture: { type: "image/png", bytes: picture.bytes.toString("base64") } },
    signInMethods: { password: { changedAt: expect.any(Date) }, passkeys: [], unusedRecoveryCodes: 0 },
    sessions: [{ siteSessions: [], amr: ["pwd"] }],
  });
  expect(JSON.stringify(all)).not.toContain(hash);
  expect(await profiles.exportOf(randomUUID())).toBeNull();
});
