import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type AuthAdapter, createAuthAdapter } from "./auth-adapter.ts";
import { openPrisma } from "./prisma-client.ts";
import {
  createPerson,
  dumpTable,
  emptyDatabase,
  openTrialDatabase,
  type TrialDatabase,
} from "./trial-database.ts";

let trial: TrialDatabase;
let adapter: AuthAdapter;
beforeAll(async () => {
  trial = await openTrialDatabase();
});
beforeEach(async () => {
  await emptyDatabase(trial.database);
  adapter = createAuthAdapter(openPrisma(trial.pool), trial.database.sessions);
});
afterAll(() => trial.close());

/** As Auth.js's database sessions do: a random token, and an end that Auth.js would like. */
async function signIn(userId: string) {
  const expires = new Date(Date.now() + 365 * 24 * 3600_000);
  return adapter.createSession({ sessionToken: randomUUID(), userId, expires });
}

test("Auth.js creates a user, links an account and finds the user by it", async () => {
  const user = await adapter.createUser({
    id: randomUUID(),
    email: "Zoe@Example.com",
    emailVerified: null,
    name: "Zoe",
    image: null,
  });
  const account = { provider: "elsewhere", providerAccountId: "42" };
  await adapter.linkAccount?.({ ...account, userId: user.id, type: "oidc" });
  expect(await adapter.getUserByAccount?.(account)).toMatchObject({ id: user.id, name: "Zoe" });
  expect(await adapter.getUserByEmail("ZOE@example.com")).toMatchObject({ id: user.id });
  expect(await trial.database.people.findForSignIn("zoe@example.com")).toMatchObject({
    person: { id: user.id },
  });
});

test("a person of the hub is the same person to Auth.js", async () => {
  const person = await createPerson(trial.database);
  expect(await adapter.getUser(person.id)).toMatchObject({ email: person.email, name: person.name });
  expect(await adapter.updateUser({ id: person.id, name: "Renamed" })).toMatchObject({ name: "Renamed" });
  expect(await trial.database.people.findById(person.id)).toMatchObject({ name: "Renamed" });
});

test("a session of Auth.js is a central session: stored as a hash, its end decided here", async () => {
  const { id } = await createPerson(trial.database);
  const { sessionToken, expires } = await signIn(id);
  expect(await adapter.getSessionAndUser(sessionToken)).toMatchObject({
    session: { sessionToken, userId: id, expires },
    user: { id },
  });
  expect(expires.getTime()).toBeLessThan(Date.now() + 13 * 3600_000);
  expect(await dumpTable(trial.database, "sessions")).not.toContain(sessionToken);
  expect(await trial.database.sessions.listOf(id)).toHaveLength(1);
});

test("a session that was deleted, ended or idle is not there", async () => {
  const { id } = await createPerson(trial.database);
  const [deleted, ended, idle] = [await signIn(id), await signIn(id), await signIn(id)];
  await adapter.deleteSession(deleted.sessionToken);
  await trial.database.sessions.end({ token: ended.sessionToken }, "ended-by-operator");
  expect(await adapter.getSessionAndUser(deleted.sessionToken)).toBeNull();
  expect(await adapter.getSessionAndUser(ended.sessionToken)).toBeNull();
  await trial.clock.advance(31 * 60);
  expect(await adapter.getSessionAndUser(idle.sessionToken)).toBeNull();
  expect(await adapter.updateSession({ sessionToken: idle.sessionToken })).toBeNull();
  await expect(adapter.deleteSession("never there")).resolves.toBeUndefined();
});

test("updateSession is activity and moves no absolute end", async () => {
  const { id } = await createPerson(trial.database);
  const { sessionToken, expires } = await signIn(id);
  await trial.clock.advance(20 * 60);
  const longer = new Date(Date.now() + 365 * 24 * 3600_000);
  expect(await adapter.updateSession({ sessionToken, expires: longer })).toEqual({
    sessionToken,
    userId: id,
    expires,
  });
  await trial.clock.advance(20 * 60);
  expect(await adapter.getSessionAndUser(sessionToken)).not.toBeNull();
});

test("a link in a mail is good once", async () => {
  const link = { identifier: "zoe@example.com", token: "hash" };
  await adapter.createVerificationToken?.({ ...link, expires: new Date(Date.now() + 60_000) });
  const uses = Array.from({ length: 8 }, () => adapter.useVerificationToken?.(link));
  expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
});
