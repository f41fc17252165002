/** A database that neither answers nor closes the connection: a frozen machine, a network that drops packets. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createEmptyDatabase, type DatabaseFixture, openDatabaseFixture } from "./database-fixture.ts";
import type { Pool } from "./postgres-connection.ts";
import { openPool } from "./postgres-pool.ts";
import { inTransaction } from "./transaction.ts";

let fixture: DatabaseFixture;
let pool: Pool;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
  pool = openPool(await createEmptyDatabase(fixture));
});
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  await pool.end();
  await fixture.close();
});

async function pidOfConnection(): Promise<number> {
  const { rows } = await pool.query("SELECT pg_backend_pid() AS pid");
  return rows[0].pid;
}

/** Runs work on a connection whose other end is frozen; returns its outcome. */
async function onSilentConnection(work: () => Promise<unknown>): Promise<unknown> {
  const pid = await pidOfConnection();
  process.kill(pid, "SIGSTOP");
  try {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const outcome = work().then(
      () => "answered",
      (error: Error) => error.message,
    );
    // The time limits of the statement and of the ROLLBACK, and less than the pool's idle timeout.
    await vi.advanceTimersByTimeAsync(45_000);
    vi.useRealTimers();
    return await outcome;
  } finally {
    process.kill(pid, "SIGCONT");
  }
}

test.each<[string, () => Promise<unknown>]>([
  ["a statement", () => pool.query("SELECT 1")],
  ["a transaction", () => inTransaction(pool, (client) => client.query("SELECT 1"))],
])("%s ends at its time limit, and its connection is discarded", async (_, work) => {
  const before = await pidOfConnection();
  expect(await onSilentConnection(work)).toBe("Query read timeout");
  expect(pool.totalCount).toBe(0);
  expect(await pidOfConnection()).not.toBe(before);
});
