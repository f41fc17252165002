import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type DatabaseFixture, openDatabaseFixture, testSessionLife } from "./database-fixture.ts";
import { openDatabase } from "./open-database.ts";

let fixture: DatabaseFixture;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
afterEach(() => fixture.clock.reset());
afterAll(() => fixture.close());

async function ahead(): Promise<number> {
  const { rows } = await fixture.pool.query("SELECT hub_now() AS hub, statement_timestamp() AS real");
  return (rows[0].hub.getTime() - rows[0].real.getTime()) / 1000;
}

test("shows real time until a test moves it", async () => {
  expect(await ahead()).toBe(0);
});

test("moves add up, and a reset undoes them", async () => {
  const { clock } = fixture;
  await clock.advance(90);
  const now = await clock.advance(30);
  expect(await ahead()).toBeCloseTo(120, 3);
  expect(now.getTime() - Date.now()).toBeGreaterThan(100_000);
  await clock.reset();
  expect(await ahead()).toBe(0);
});

test("concurrent moves are serialised", async () => {
  await Promise.all(Array.from({ length: 8 }, () => fixture.clock.advance(10)));
  expect(await ahead()).toBeCloseTo(80, 3);
});

test("refuses a value that is not a finite number", async () => {
  await expect(fixture.clock.advance(Number.NaN)).rejects.toThrow(RangeError);
  expect(await ahead()).toBe(0);
});

test("a prepared statement sees the new time", async () => {
  const statement = { name: "clock-fixture", text: "SELECT hub_now() AS now" };
  const client = await fixture.pool.connect();
  try {
    for (let turn = 0; turn < 7; turn++) await client.query(statement);
    await fixture.clock.advance(3600);
    expect((await client.query(statement)).rows[0].now.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
  } finally {
    client.release();
  }
});

test("opening the database resets a clock that a test left ahead, and logs it", async () => {
  await fixture.clock.advance(500);
  const events: string[] = [];
  const options = { ...testSessionLife, dataDirectory: fixture.dataDirectory };
  const again = await openDatabase({ ...options, log: ({ event }) => events.push(event) });
  await again.close();
  expect(await ahead()).toBe(0);
  expect(events).toEqual(["database-clock.corrected"]);
});
