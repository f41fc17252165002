import type { Database } from "@gatehouse/database";
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashPassword, verifyPassword } from "./credential/password.ts";
import { makeDemoPeople, refuseDemoPeople } from "./demo-people.ts";
import { openTestDatabase } from "./test-support/test-database.ts";

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const chosen = async (password: string) => ({ hash: await hashPassword(password), standsAlone: true });
const passwordOf = async (name: string) => (await database.people.findForSignIn(name))?.passwordHash ?? null;

test("two concurrent starts create the demo users once, with the password that the README names", async () => {
  await Promise.all([makeDemoPeople(database), makeDemoPeople(database)]);
  const { rows } = await poolOf(database).query("SELECT username, operator FROM users ORDER BY username");
  expect(rows).toEqual([
    { username: "alice", operator: false },
    { username: "bob", operator: false },
    { username: "carol", operator: true },
  ]);
  expect(await verifyPassword(await passwordOf("alice@example.com"), "correct horse battery staple")).toBe(
    true,
  );
});

test("a demo user who changed the password keeps the new one", async () => {
  const alice = await database.people.findForSignIn("alice");
  await database.people.setPassword(alice?.person.id ?? "", await chosen("their own"));
  await makeDemoPeople(database);
  expect(await verifyPassword(await passwordOf("alice"), "their own")).toBe(true);
});

test("a demo user of an earlier version need not change the password", async () => {
  const pool = poolOf(database);
  await pool.query("UPDATE password_credentials SET must_change = true");
  await makeDemoPeople(database);
  const { rows } = await pool.query(
    "SELECT username FROM users JOIN password_credentials ON user_id = id WHERE must_change",
  );
  // Alice chose a password in the test above.
  expect(rows).toEqual([{ username: "alice" }]);
  expect(await verifyPassword(await passwordOf("bob"), "correct horse battery staple")).toBe(true);
});

test("production refuses to start with demo users, and names them", async () => {
  const idOf = async (name: string) => (await database.people.findForSignIn(name))?.person.id ?? "";
  await expect(refuseDemoPeople(database)).rejects.toThrow(
    /^the database has people of the demo, .*: bob, carol\./,
  );
  await database.people.setDisabled(await idOf("bob"), true);
  await expect(refuseDemoPeople(database)).rejects.toThrow(
    /: carol\. Disable each \(npm run hub -- user disable carol\)/,
  );
  await database.people.setPassword(await idOf("carol"), await chosen("carol's own"));
  await refuseDemoPeople(database);
  await database.people.setDisabled(await idOf("bob"), false);
  await expect(refuseDemoPeople(database)).rejects.toThrow(/: bob\./);
});

test("production starts on a database without demo users", async () => {
  const other = await openTestDatabase();
  try {
    await expect(refuseDemoPeople(other)).resolves.toBeUndefined();
  } finally {
    await other.close();
  }
});
