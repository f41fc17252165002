import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTicketId } from "@gatehouse/cas/server";
import { expect, inject, vi } from "vitest";
import type { Database } from "./database.ts";
import { dataFolder, readPassword } from "./embedded/data-folder.ts";
import { readPostmasterFile } from "./embedded/postmaster-file.ts";
import { type DatabaseOptions, openDatabase } from "./open-database.ts";
import type { Pool, PostgresAddress } from "./postgres-connection.ts";
import { type TestClock, testClockOf } from "./test-clock.ts";
import { poolOf } from "./test-pool.ts";

/** Lives that the contract tests expect. */
export const testSessionLife = {
  idleSeconds: 30 * 60,
  maxSeconds: 12 * 3600,
  longTermSeconds: 30 * 24 * 3600,
};

/** Database of one test file, in its own temporary folder. */
export interface DatabaseFixture {
  readonly dataDirectory: string;
  /** Another one after `reopenAfterKill`. */
  readonly database: Database;
  readonly pool: Pool;
  readonly clock: TestClock;
  /** Kills the server with SIGKILL and opens the same folder again. */
  reopenAfterKill(): Promise<Database>;
  close(): Promise<void>;
}

/**
 * Opens a database for tests, on a copy of the migrated folder (`migrated-folder.ts`). Temporary folders are closed to
 * others, so tests run by root also show that PostgreSQL, run by `nobody`, reaches its data through closed folders.
 */
export async function openDatabaseFixture(options: Partial<DatabaseOptions> = {}): Promise<DatabaseFixture> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "gatehouse-database-"));
  // Not `fs.cp`, which gives the files to whoever copies them: PostgreSQL of tests run by root belongs to `nobody`.
  await promisify(execFile)("cp", ["-a", join(inject("migratedFolder"), "."), dataDirectory]);
  const open = () => openDatabase({ ...testSessionLife, dataDirectory, ...options });
  let database = await open();
  return {
    dataDirectory,
    get database() {
      return database;
    },
    get pool() {
      return poolOf(database);
    },
    get clock() {
      return testClockOf(database);
    },
    reopenAfterKill: async () => {
      process.kill(readPostmasterFile(dataFolder(dataDirectory))?.pid ?? 0, "SIGKILL");
      await database.close();
      database = await open();
      return database;
    },
    close: async () => {
      await database.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Deletes all users with everything that belongs to them, and resets the clock. */
export async function emptyDatabase(database: Database): Promise<void> {
  await testClockOf(database).reset();
  const tables = [
    "users",
    "verification_tokens",
    "oidc_artifacts",
    "logout_deliveries",
    "mails",
    "spent_login_tickets",
    "attempt_counters",
  ];
  // Not TRUNCATE, which makes new files for every table.
  await poolOf(database).query(tables.map((table) => `DELETE FROM ${table}`).join(";"));
}

/** Waits until `count` statements wait for locks of others. */
export function waiting({ pool }: DatabaseFixture, count: number): Promise<void> {
  return vi.waitFor(async () => {
    const { rowCount } = await pool.query(
      "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    );
    expect(rowCount).toBe(count);
  });
}

/** Creates another user. */
export async function createPerson({ people }: Database) {
  const username = `p${randomUUID().slice(0, 8)}`;
  return people.create({
    username,
    name: "Some Body",
    email: `${username}@example.com`,
    operator: false,
    password: null,
  });
}

/** Issues and consumes a ticket for a site; returns it, now the session index. */
export async function joinSite({ tickets }: Database, sessionId: string, siteId: string): Promise<string> {
  const id = createTicketId("ST");
  const service = `https://${siteId}.example/callback`;
  await tickets.issue({ id, service, siteId, sessionId, fromNewLogin: false, proxies: [], lifeSeconds: 60 });
  const result = await tickets.consume(id, { service, renew: false });
  if (result.outcome !== "valid") {
    throw new Error(result.outcome);
  }
  return id;
}

/** All rows of a table, as text. */
export async function dumpTable(database: Database, table: string): Promise<string> {
  const { rows } = await poolOf(database).query<{ text: string }>(
    `SELECT to_jsonb(t)::text AS text FROM ${table} t`,
  );
  return rows.map(({ text }) => text).join("\n");
}

/** Creates an empty database on the same server. */
export async function createEmptyDatabase(fixture: DatabaseFixture): Promise<PostgresAddress> {
  const { pool } = fixture;
  const database = `test_${randomUUID().replaceAll("-", "")}`;
  await pool.query(`CREATE DATABASE ${database}`);
  const { host = "", port = 0, user = "" } = pool.options;
  return { host, port, user, password: await readPassword(dataFolder(fixture.dataDirectory)), database };
}
