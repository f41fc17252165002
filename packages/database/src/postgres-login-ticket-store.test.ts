import { afterAll, beforeAll, expect, test } from "vitest";
import { dumpTable, openTrialDatabase, type TrialDatabase } from "./trial-database.ts";

let trial: TrialDatabase;
beforeAll(async () => {
  trial = await openTrialDatabase();
});
afterAll(() => trial.close());

test("CAS 3.5.1 of 50 concurrent attempts to consume a login ticket one wins", async () => {
  const attempts = Array.from({ length: 50 }, () => trial.database.loginTickets.consume("LT-once", 60));
  expect((await Promise.all(attempts)).filter(Boolean)).toHaveLength(1);
});

test("a consumed login ticket stays consumed after kill -9, and only its hash is stored", async () => {
  expect(await trial.database.loginTickets.consume("LT-kept", 60)).toBe(true);
  const { loginTickets } = await trial.reopenAfterKill();
  expect(await loginTickets.consume("LT-kept", 60)).toBe(false);
  expect(await dumpTable(trial.database, "spent_login_tickets")).not.toContain("LT-kept");
});

test("a ticket is forgotten when it is too old to be presented anyway", async () => {
  const { clock } = trial;
  const { loginTickets } = trial.database;
  await loginTickets.sweep(100);
  await loginTickets.consume("LT-old", 60);
  expect(await loginTickets.sweep(100)).toBe(0);
  await clock.advance(120);
  expect(await loginTickets.sweep(100)).toBeGreaterThan(0);
  await clock.reset();
});
