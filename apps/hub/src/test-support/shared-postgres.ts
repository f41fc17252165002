/**
 * Brings up one PostgreSQL for a whole test run, with a migrated database to copy. Every test file takes a
 * copy of its own (`test-database.ts`), so files can run side by side.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@gatehouse/database";
import { poolOf } from "@gatehouse/database/test-pool";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** URL of the server's own database, for CREATE DATABASE. */
    postgresUrl: string;
  }
}

/** Name of the migrated database that tests copy. */
export const templateDatabase = "gatehouse_template";

const life = { idleSeconds: 1800, maxSeconds: 86_400 };

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "gatehouse-hub-test-"));
  const server = await openDatabase({ ...life, dataDirectory });
  const pool = poolOf(server);
  // Nothing here has to outlive the run.
  for (const setting of ["fsync", "synchronous_commit", "full_page_writes"])
    await pool.query(`ALTER SYSTEM SET ${setting} = off`);
  await pool.query("SELECT pg_reload_conf()");
  await pool.query(`CREATE DATABASE ${templateDatabase}`);
  const { host, port, user, password, database } = pool.options;
  const url = new URL(`postgres://${host}:${port}/${database}`);
  url.username = user ?? "";
  url.password = String(password);
  const template = await openDatabase({
    ...life,
    dataDirectory,
    url: new URL(`/${templateDatabase}`, url).href,
  });
  await template.close();
  project.provide("postgresUrl", url.href);
  return async () => {
    await server.close();
    await rm(dataDirectory, { recursive: true, force: true });
  };
}
