import type { Pool, PoolClient } from "./postgres-pool.ts";
import { inTransaction } from "./transaction.ts";

/** Moves the hub's time, which is the SQL function `hub_now()` and nothing else. Only the test door uses it. */
export interface TestClock {
  /** Seconds on top of what it was advanced before; returns the new time. */
  advance(seconds: number): Promise<Date>;
  /** Back to real time. */
  reset(): Promise<Date>;
}

/** Serialises replacements of the function; PostgreSQL refuses concurrent ones. */
const clockLock = 4_242_071;

/** Puts the hub's time `seconds` further ahead of real time. */
export async function advanceTestClock(pool: Pool, seconds: number): Promise<Date> {
  return replaceClock(pool, async (client) => {
    const result = await client.query<{ ahead: number }>(
      "SELECT extract(epoch FROM hub_now() - statement_timestamp())::float8 AS ahead",
    );
    return (result.rows[0]?.ahead ?? 0) + seconds;
  });
}

/** Puts the hub's time back to real time. */
export async function resetTestClock(pool: Pool): Promise<Date> {
  return replaceClock(pool, async () => 0);
}

/** Seconds that the hub's time is ahead of real time; 0 in every database that serves people. */
export async function testClockAhead(pool: Pool): Promise<number> {
  const result = await pool.query<{ ahead: number }>(
    "SELECT round(extract(epoch FROM hub_now() - statement_timestamp()))::float8 AS ahead",
  );
  return result.rows[0]?.ahead ?? 0;
}

async function replaceClock(pool: Pool, aheadOf: (client: PoolClient) => Promise<number>): Promise<Date> {
  await inTransaction(pool, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock($1)", [clockLock]);
    const ahead = await aheadOf(client);
    if (!Number.isFinite(ahead)) {
      throw new RangeError("the clock moves by a finite number of seconds");
    }
    const offset = ahead === 0 ? "" : ` + interval '${ahead.toFixed(3)} seconds'`;
    await client.query(
      `CREATE OR REPLACE FUNCTION hub_now() RETURNS timestamptz
       LANGUAGE sql STABLE AS $$ SELECT statement_timestamp()${offset} $$`,
    );
  });
  const result = await pool.query<{ now: Date }>("SELECT hub_now() AS now");
  return result.rows[0]?.now ?? new Date();
}
