import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createAuthAdapter } from "./auth-adapter.ts";
import {
  createPerson,
  type DatabaseFixture,
  emptyDatabase,
  openDatabaseFixture,
} from "./database-fixture.ts";
import { openPrisma } from "./prisma-client.ts";

let fixture: DatabaseFixture;
let adapter: ReturnType<typeof createAuthAdapter>;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  adapter = createAuthAdapter(openPrisma(fixture.pool));
});
afterAll(() => fixture.close());

test("Auth.js creates a user, links an account and finds the user by it", async () => {
  const user = await adapter.createUser({
    id: randomUUID(),
    email: "Zoe@Example.com",
    emailVerified: null,
    name: "Zoe",
    image: null,
  });
  const account = { provider: "elsewhere", providerAccountId: "42" };
  await adapter.linkAccount({ ...account, userId: user.id, type: "oidc" });
  expect(await adapter.getUserByAccount(account)).toMatchObject({ id: user.id, name: "Zoe" });
  expect(await adapter.getUserByEmail("ZOE@example.com")).toMatchObject({ id: user.id });
  expect(await fixture.database.people.findForSignIn("zoe@example.com")).toMatchObject({
    person: { id: user.id },
  });
});

test("a user of the hub is the same user to Auth.js", async () => {
  const person = await createPerson(fixture.database);
  expect(await adapter.getUser(person.id)).toMatchObject({ email: person.email, name: person.name });
  expect(await adapter.updateUser({ id: person.id, name: "Renamed" })).toMatchObject({ name: "Renamed" });
  expect(await fixture.database.people.findById(person.id)).toMatchObject({ name: "Renamed" });
});
