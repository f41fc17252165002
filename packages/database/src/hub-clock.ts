import type { Pool, PoolClient } from "./postgres-connection.ts";
import { inTransaction } from "./transaction.ts";

/** Serialises replacements of `hub_now()`; PostgreSQL refuses concurrent ones. */
const clockLock = 4_242_071;

/** Seconds by which `hub_now()` is ahead of real time. Only a test moves it. */
export async function hubClockAhead(pool: Pool | PoolClient): Promise<number> {
  const result = await pool.query<{ ahead: number }>(
    "SELECT round(extract(epoch FROM hub_now() - statement_timestamp()), 3)::float8 AS ahead",
  );
  return result.rows[0]?.ahead ?? 0;
}

/**
 * Replaces `hub_now()`, the only source of time in SQL.
 *
 * @param aheadOf returns the new distance from real time in seconds, given the present one
 * @throws RangeError when it is not finite
 */
export async function setHubClock(pool: Pool, aheadOf: (present: number) => number): Promise<Date> {
  await inTransaction(pool, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock($1)", [clockLock]);
    const ahead = aheadOf(await hubClockAhead(client));
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
  return (result.rows[0] as { now: Date }).now;
}
