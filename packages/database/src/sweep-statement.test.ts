import { afterAll, beforeAll, expect, test } from "vitest";
import { type DatabaseFixture, openDatabaseFixture } from "./database-fixture.ts";
import { sweepStatement } from "./sweep-statement.ts";

let fixture: DatabaseFixture;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
afterAll(() => fixture.close());

const sweepSql = sweepStatement("spent_login_tickets", "expires_at < hub_now()");

test("rows are deleted by ctid, whatever the size of the table", async () => {
  const client = await fixture.pool.connect();
  try {
    // The plan for any number of rows; the table is so small here that PostgreSQL would otherwise scan it.
    await client.query("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off");
    await client.query(`PREPARE sweep(bigint) AS ${sweepSql}`);
    const { rows } = await client.query<{ "QUERY PLAN": string }>("EXPLAIN EXECUTE sweep(200)");
    const plan = rows.map((row) => row["QUERY PLAN"]);
    expect(plan[0]).toMatch(/^Delete on spent_login_tickets/);
    expect(plan.join("\n")).toMatch(/Tid Scan on spent_login_tickets/);
  } finally {
    client.release(true);
  }
});

test("deletes at most the limit, only expired rows, and none that another hub has locked", async () => {
  const { pool } = fixture;
  await pool.query(`INSERT INTO spent_login_tickets (hash, expires_at)
    SELECT 'dead-' || n, hub_now() - interval '1 day' FROM generate_series(1, 5) n
    UNION ALL SELECT 'live', hub_now() + interval '1 day'`);
  const other = await pool.connect();
  try {
    await other.query("BEGIN");
    await other.query("SELECT FROM spent_login_tickets WHERE hash = 'dead-1' FOR UPDATE");
    expect((await pool.query(sweepSql, [3])).rowCount).toBe(3);
    expect((await pool.query(sweepSql, [3])).rowCount).toBe(1);
    await other.query("ROLLBACK");
  } finally {
    other.release();
  }
  const { rows } = await pool.query("SELECT hash FROM spent_login_tickets ORDER BY hash");
  expect(rows.map((row) => row.hash)).toEqual(["dead-1", "live"]);
});
