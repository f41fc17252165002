/** A frozen PostgreSQL: all of its processes are stopped. */
import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createEmptyDatabase, type DatabaseFixture, openDatabaseFixture } from "./database-fixture.ts";
import { dataFolder } from "./embedded/data-folder.ts";
import { readPostmasterFile } from "./embedded/postmaster-file.ts";
import type { Pool, PostgresAddress } from "./postgres-connection.ts";
import { openPool } from "./postgres-pool.ts";
import { silenceLimits } from "./silence.ts";
import { inTransaction } from "./transaction.ts";

/** Below the pool's other limits, of which the shortest is 2.5 s, and above what a busy machine takes. */
const limits = { suspicious: 100, probe: 1_000 };
let fixture: DatabaseFixture;
let postmaster: number;
let address: PostgresAddress;
let pool: Pool;
const said: string[] = [];

beforeAll(async () => {
  fixture = await openDatabaseFixture();
  postmaster = readPostmasterFile(dataFolder(fixture.dataDirectory))?.pid ?? 0;
  const log = ({ event }: { event: string }) => said.push(event);
  address = await createEmptyDatabase(fixture);
  pool = openPool(address, { log, silence: limits });
  await pool.query("CREATE TABLE notes (text text PRIMARY KEY)");
});
afterEach(() => {
  signalAll("SIGCONT");
  said.length = 0;
});
afterAll(async () => {
  await pool.end();
  await fixture.close();
});

function signalAll(signal: NodeJS.Signals): void {
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, "utf8").trim().split(" ");
  for (const pid of [postmaster, ...children.map(Number)]) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

function isStandingStill(): boolean {
  return / T /.test(readFileSync(`/proc/${postmaster}/stat`, "utf8"));
}

const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => "answered",
    (error: Error) => error.message,
  );
const isBack = () => vi.waitFor(() => pool.query("SELECT 1"), { timeout: 20_000, interval: 20 });
const notes = async () =>
  (await pool.query("SELECT text FROM notes ORDER BY text")).rows.map(({ text }) => text);

test("waiting requests fail within three seconds", () => {
  expect(silenceLimits.suspicious + silenceLimits.probe).toBeLessThanOrEqual(2_000);
});

test("statements, transactions and new requests fail while it is frozen, and succeed when it answers again", async () => {
  const inside = await pool.connect();
  await inside.query("BEGIN; INSERT INTO notes VALUES ('half a transaction')");
  await Promise.all([pool.query("SELECT 1"), pool.query("SELECT 1")]);
  signalAll("SIGSTOP");
  const outcomes = await Promise.all([
    outcomeOf(pool.query("SELECT 1")),
    outcomeOf(inTransaction(pool, (client) => client.query("INSERT INTO notes VALUES ('another')"))),
    outcomeOf(inside.query("COMMIT")),
  ]);
  expect(outcomes).toEqual(Array(3).fill("Connection terminated unexpectedly"));
  inside.release();
  expect(await outcomeOf(pool.query("SELECT 1"))).toBe("PostgreSQL accepts connections and does not answer.");
  await expect(pool.connect()).rejects.toMatchObject({ name: "DatabaseError", code: "unreachable" });
  expect([isStandingStill(), pool.totalCount, pool.waitingCount]).toEqual([true, 0, 0]);
  signalAll("SIGCONT");
  await isBack();
  expect(await notes()).not.toContain("another");
  expect(said.filter((event) => event !== "database-connection.lost")).toEqual([
    "database.silent",
    "database.answered",
  ]);
});

test("a request fails also if no connection is open", async () => {
  const fresh = openPool(address, { silence: limits });
  signalAll("SIGSTOP");
  // The first waits until the silence is detected, which is sooner than the connection timeout; the next is refused at once.
  const outcomes = [await outcomeOf(fresh.query("SELECT 1")), await outcomeOf(fresh.query("SELECT 1"))];
  expect(outcomes).toEqual(Array(2).fill("PostgreSQL accepts connections and does not answer."));
  expect(isStandingStill()).toBe(true);
  signalAll("SIGCONT");
  await vi.waitFor(() => fresh.query("SELECT 1"), { timeout: 20_000, interval: 20 });
  await fresh.end();
});

test("connections do not accumulate during the silence", async () => {
  signalAll("SIGSTOP");
  for (let round = 0; round < 5; round += 1)
    await Promise.all(Array.from({ length: 20 }, () => outcomeOf(pool.query("SELECT 1"))));
  await vi.waitFor(() => expect([pool.totalCount, pool.waitingCount]).toEqual([0, 0]), { timeout: 20_000 });
  expect(isStandingStill()).toBe(true);
  signalAll("SIGCONT");
  await isBack();
  await vi.waitFor(
    async () => {
      const { rows } = await pool.query(
        "SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = current_database()",
      );
      expect(rows[0].open).toBe(1);
    },
    { timeout: 20_000, interval: 50 },
  );
});

test("a slow statement of a working database is not ended", async () => {
  const events: string[] = [];
  const patient = openPool(address, {
    silence: { suspicious: 20, probe: 10_000 },
    log: ({ event }) => events.push(event),
  });
  const asked = async () => {
    const { rows } = await pool.query(
      "SELECT sessions FROM pg_stat_database WHERE datname = current_database()",
    );
    return Number(rows[0].sessions);
  };
  const before = await asked();
  const slow = inTransaction(patient, (client) => client.query("SELECT pg_sleep(1)"));
  await expect(slow).resolves.toMatchObject({ rowCount: 1 });
  // Probes over separate connections were answered meanwhile.
  await vi.waitFor(async () => expect(await asked()).toBeGreaterThan(before + 2), { timeout: 20_000 });
  expect(events).toEqual([]);
  await patient.end();
});

test("a slow statement is not ended while others are answered, also if a new connection is not", async () => {
  const events: string[] = [];
  const busy = openPool(address, {
    silence: { suspicious: 250, probe: 500 },
    log: ({ event }) => events.push(event),
  });
  await Promise.all([busy.query("SELECT pg_sleep(0.1)"), busy.query("SELECT pg_sleep(0.1)")]);
  // Without it, nothing accepts new connections; those that are open have processes of their own.
  process.kill(postmaster, "SIGSTOP");
  let isSlowDone = false;
  const slow = busy.query("SELECT pg_sleep(1.5)").finally(() => {
    isSlowDone = true;
  });
  while (!isSlowDone) await busy.query("SELECT 1");
  await expect(slow).resolves.toMatchObject({ rowCount: 1 });
  expect([isStandingStill(), events]).toEqual([true, []]);
  signalAll("SIGCONT");
  await busy.end();
});

test("a connection lost in a transaction ends only the transaction", async () => {
  const lost = inTransaction(pool, async (client) => {
    const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
    const gone = new Promise((resolve) => client.once("end", resolve));
    await pool.query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
    await gone;
    await client.query("INSERT INTO notes VALUES ('lost')");
  });
  await expect(lost).rejects.toThrow(/terminat|not queryable/);
  expect(await notes()).not.toContain("lost");
});
