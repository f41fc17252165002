import type { Database } from "./database.ts";
import { setHubClock } from "./hub-clock.ts";
import { poolOf } from "./test-pool.ts";

/** Moves the database's clock, `hub_now()`. */
export interface TestClock {
  /**
   * Moves the clock ahead, in addition to earlier moves.
   *
   * @returns the new time
   * @throws RangeError when `seconds` is not finite
   */
  advance(seconds: number): Promise<Date>;
  /** Returns to real time. */
  reset(): Promise<Date>;
}

/** Clock of an open database, for tests and the hub's test door. */
export function testClockOf(database: Database): TestClock {
  const pool = poolOf(database);
  return {
    advance: (seconds) => setHubClock(pool, (present) => present + seconds),
    reset: () => setHubClock(pool, () => 0),
  };
}

/**
 * Lets time pass for the counters of attempts, which use real time.
 *
 * @param seconds less than zero: prolongs the waits, so that they have not ended when a slow test looks
 */
export async function ageAttempts(database: Database, seconds: number): Promise<void> {
  await poolOf(database).query(
    `UPDATE attempt_counters SET blocked_until = blocked_until - make_interval(secs => $1),
       forgotten_at = forgotten_at - make_interval(secs => $1)`,
    [seconds],
  );
}

/** Deletes all counters of attempts. */
export async function forgetAttempts(database: Database): Promise<void> {
  await poolOf(database).query("TRUNCATE attempt_counters");
}
