/** Makes the data folder that tests copy: a new database with all migrations, made once for a test run. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { openDatabase } from "./open-database.ts";
import { poolOf } from "./test-pool.ts";

declare module "vitest" {
  interface ProvidedContext {
    migratedFolder: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "gatehouse-migrated-"));
  const database = await openDatabase({ dataDirectory, idleSeconds: 1800, maxSeconds: 43_200 });
  // Tests kill PostgreSQL, not the machine: what it has written reaches the disk without being waited for.
  for (const setting of ["fsync", "full_page_writes"])
    await poolOf(database).query(`ALTER SYSTEM SET ${setting} = off`);
  await database.close();
  project.provide("migratedFolder", dataDirectory);
  return () => rm(dataDirectory, { recursive: true, force: true });
}
