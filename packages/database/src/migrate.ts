import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { codeOf, DatabaseError, diskFull } from "./database-error.ts";
import type { PostgresClient } from "./postgres-connection.ts";

/** Lock of Prisma's CLI, so that both never migrate at once. */
const migrationLock = 72_707_369;

/** Table of Prisma's CLI, so that it knows the applied migrations. */
const createRecord = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

interface AppliedMigration {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

/**
 * Applies missing migrations, each in its own transaction. Prisma's CLI would download an engine for this, which closed
 * networks refuse (docs/decisions/0002).
 *
 * @returns names of the migrations that this call applied
 * @throws DatabaseError if the applied migrations differ from the files
 */
export async function migrate(
  client: PostgresClient,
  migrations?: readonly MigrationFile[],
): Promise<string[]> {
  const wanted = migrations ?? (await readMigrations());
  const names: string[] = [];
  for (;;) {
    const name = await applyNext(client, wanted);
    if (name === undefined) return names;
    names.push(name);
  }
}

/**
 * Applies the next missing migration. The lock belongs to the transaction, not to the connection: a pooler may use another
 * connection next, and a connection's lock would never be released.
 *
 * @returns its name, if one was missing
 */
async function applyNext(
  client: PostgresClient,
  wanted: readonly MigrationFile[],
): Promise<string | undefined> {
  await client.query("BEGIN");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
    await client.query(createRecord);
    const applied = await readApplied(client);
    refuseDisagreement(applied, wanted);
    const missing = wanted.find(({ name }) => !applied.some((one) => one.migration_name === name));
    if (missing !== undefined) await apply(client, missing);
    await client.query("COMMIT");
    return missing?.name;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function readApplied(client: PostgresClient): Promise<AppliedMigration[]> {
  const result = await client.query<AppliedMigration>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished
     FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  return result.rows;
}

function refuseDisagreement(applied: readonly AppliedMigration[], wanted: readonly MigrationFile[]): void {
  for (const { migration_name: name, checksum, finished } of applied) {
    const file = wanted.find((migration) => migration.name === name);
    if (!finished) {
      throw new DatabaseError(
        "migration-half-applied",
        `The migration ${name} was begun in this database and never finished.`,
        `Undo its changes, then run: npx prisma migrate resolve --rolled-back ${name}`,
      );
    }
    if (!file) {
      throw new DatabaseError(
        "migration-unknown",
        `The database has the migration ${name}, which this version of the hub does not know.`,
        "Start the newer version that made it, or use another database.",
      );
    }
    if (file.checksum !== checksum) {
      throw new DatabaseError(
        "migration-changed",
        `The migration ${name} was changed after it was applied to this database.`,
        "Put the file back as it was and write the change as a new migration.",
      );
    }
  }
}

async function apply(client: PostgresClient, migration: MigrationFile): Promise<void> {
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
  } catch (error) {
    if (codeOf(error) === "53100") {
      throw diskFull(error);
    }
    throw new DatabaseError(
      "migration-failed",
      `The migration ${migration.name} failed and was rolled back: ${error instanceof Error ? error.message : error}.`,
      "The database is as it was before; the hub's role needs the right to create tables and functions in it.",
      { cause: error },
    );
  }
}

/** A migration file. */
export interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 in hex, as Prisma's CLI computes it. */
  readonly checksum: string;
}

/** Folder of Prisma's CLI. */
export const migrationsDirectory = fileURLToPath(new URL("../prisma/migrations/", import.meta.url));

/** Reads all migrations, in order of their names. */
export async function readMigrations(directory: string = migrationsDirectory): Promise<MigrationFile[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(names.sort().map((name) => readMigration(directory, name)));
}

async function readMigration(directory: string, name: string): Promise<MigrationFile> {
  const content = await readFile(`${directory}/${name}/migration.sql`);
  const checksum = createHash("sha256").update(content).digest("hex");
  return { name, sql: content.toString("utf8"), checksum };
}
