import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { randomToken } from "./central-session-store-laws.ts";
import type { PersonStore } from "./person-store.ts";
import { PersonTaken } from "./person-taken.ts";
import { emptyDatabase, joinSite, openTrialDatabase, type TrialDatabase } from "./trial-database.ts";

let trial: TrialDatabase;
let people: PersonStore;
beforeAll(async () => {
  trial = await openTrialDatabase();
});
beforeEach(async () => {
  await emptyDatabase(trial.database);
  people = trial.database.people;
});
afterAll(() => trial.close());

const alice = {
  username: "Alice",
  name: "Alice Liddell",
  email: "Alice@Example.com",
  operator: false,
  passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
};

test("a person is found by user name or e-mail in any case, with her password's hash", async () => {
  const created = await people.create(alice);
  expect(created).toMatchObject({ username: "alice", email: "alice@example.com", name: "Alice Liddell" });
  for (const identifier of ["alice", "ALICE", "alice@example.com", "Alice@EXAMPLE.com"]) {
    expect(await people.findForSignIn(identifier)).toEqual({
      person: created,
      passwordHash: alice.passwordHash,
    });
  }
  expect(await people.findById(created.id)).toEqual(created);
});

test("nobody is found by what belongs to nobody", async () => {
  await people.create(alice);
  for (const identifier of ["", "%", "alic", "alice\0", "Alice Liddell", "' OR 1=1 --"]) {
    expect(await people.findForSignIn(identifier)).toBeNull();
  }
  expect(await people.findById("not an id")).toBeNull();
  expect(await people.findById("00000000-0000-4000-8000-000000000000")).toBeNull();
});

test("user name and e-mail belong to one person, in any case, also when two come at once", async () => {
  const both = await Promise.allSettled([people.create(alice), people.create(alice)]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await expect(people.create({ ...alice, email: "other@example.com" })).rejects.toThrow(PersonTaken);
  await expect(people.create({ ...alice, username: "other" })).rejects.toThrow(PersonTaken);
});

test("nobody can take another person's e-mail for a user name", async () => {
  await expect(people.create({ ...alice, username: "bob@example.com" })).rejects.toThrow();
  await expect(people.create({ ...alice, username: "alice@example.com" })).resolves.toBeDefined();
});

test("a person without a password has none until she gets one", async () => {
  const { id } = await people.create({ ...alice, passwordHash: null });
  expect(await people.findForSignIn("alice")).toMatchObject({ passwordHash: null });
  await people.setPasswordHash(id, "first");
  await people.setPasswordHash(id, "second");
  expect(await people.findForSignIn("alice")).toMatchObject({ passwordHash: "second" });
});

test("a person is disabled and enabled", async () => {
  const { id } = await people.create(alice);
  await people.setDisabled(id, true);
  expect(await people.findById(id)).toMatchObject({ disabled: true });
  expect(await people.findForSignIn("alice")).toMatchObject({ person: { disabled: true } });
  await people.setDisabled(id, false);
  expect(await people.findById(id)).toMatchObject({ disabled: false });
});

test("everybody is listed by user name, disabled or not", async () => {
  expect(await people.list()).toEqual([]);
  const zoe = await people.create({ ...alice, username: "zoe", email: "zoe@example.com" });
  const first = await people.create(alice);
  await people.setDisabled(zoe.id, true);
  expect(await people.list()).toEqual([first, { ...zoe, disabled: true }]);
});

test("who is removed leaves nothing but the message to her sites", async () => {
  const { id } = await people.create(alice);
  const start = { token: randomToken(), userAgent: "", address: "", longTerm: false };
  const session = await trial.database.sessions.start({ personId: id, ...start });
  const index = await joinSite(trial.database, session.id, "shop");
  await people.remove(id);
  expect(await people.findForSignIn("alice")).toBeNull();
  expect(await trial.database.sessions.find(start.token, { touch: false })).toEqual({ state: "unknown" });
  const queued = await trial.database.logoutDeliveries.claim(10, 30);
  expect(queued.map(({ sessionIndex }) => sessionIndex)).toEqual([index]);
  await expect(people.remove(id)).resolves.toBeUndefined();
  await expect(people.create(alice)).resolves.toBeDefined();
});
