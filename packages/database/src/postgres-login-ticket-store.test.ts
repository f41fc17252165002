import { afterAll, beforeAll, expect, test } from "vitest";
import { type DatabaseFixture, dumpTable, openDatabaseFixture } from "./database-fixture.ts";

let fixture: DatabaseFixture;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
afterAll(() => fixture.close());

test("CAS 3.5.1 of 50 concurrent attempts to consume a login ticket one wins", async () => {
  const attempts = Array.from({ length: 50 }, () => fixture.database.loginTickets.consume("LT-once", 60));
  expect((await Promise.all(attempts)).filter(Boolean)).toHaveLength(1);
});

test("a consumed login ticket stays consumed after kill -9, and only its hash is stored", async () => {
  expect(await fixture.database.loginTickets.consume("LT-kept", 60)).toBe(true);
  const { loginTickets } = await fixture.reopenAfterKill();
  expect(await loginTickets.consume("LT-kept", 60)).toBe(false);
  expect(await dumpTable(fixture.database, "spent_login_tickets")).not.toContain("LT-kept");
});

test("a used ticket is deleted five minutes after it has expired, so that a hub with a slow clock refuses it too", async () => {
  const { clock } = fixture;
  const { loginTickets } = fixture.database;
  await loginTickets.sweep(100);
  await loginTickets.consume("LT-old", 60);
  expect(await loginTickets.sweep(100)).toBe(0);
  await clock.advance(60 + 299);
  await loginTickets.sweep(100);
  expect(await loginTickets.consume("LT-old", 60)).toBe(false);
  await clock.advance(2);
  expect(await loginTickets.sweep(100)).toBeGreaterThan(0);
  await clock.reset();
});
