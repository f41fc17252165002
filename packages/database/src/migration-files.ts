import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** A migration as it lies in its folder. */
export interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 in hex, as Prisma's CLI computes it. */
  readonly checksum: string;
}

/** Where Prisma's CLI keeps them too. */
export const migrationsDirectory = fileURLToPath(new URL("../prisma/migrations/", import.meta.url));

/** Reads all migrations in the order in which they apply: that of their names. */
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
