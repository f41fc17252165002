import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type DatabaseFixture, emptyDatabase, openDatabaseFixture } from "./database-fixture.ts";
import type { ProfileStore } from "./profile-store.ts";

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
  const person = { username, name: username, email, operator: false, passwordHash };
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
