import { randomBytes } from "node:crypto";
import { type Database, openDatabase } from "@gatehouse/database";
import { poolOf } from "@gatehouse/database/test-pool";
import { inject } from "vitest";
import { templateDatabase } from "./shared-postgres.ts";

/** URL of an empty, migrated database for this test alone. It is deleted with the server at the end of the run. */
export async function createTestDatabase(): Promise<string> {
  const name = `hub_${randomBytes(6).toString("hex")}`;
  const server = await openDatabase({
    url: inject("postgresUrl"),
    dataDirectory: "",
    idleSeconds: 1800,
    maxSeconds: 86_400,
  });
  try {
    // The default, WAL_LOG, takes twice as long.
    await poolOf(server).query(`CREATE DATABASE ${name} TEMPLATE ${templateDatabase} STRATEGY FILE_COPY`);
  } finally {
    await server.close();
  }
  return new URL(`/${name}`, inject("postgresUrl")).href;
}

/** A database without a hub around it. */
export async function openTestDatabase(): Promise<Database> {
  return openDatabase({
    url: await createTestDatabase(),
    dataDirectory: "",
    idleSeconds: 1800,
    maxSeconds: 86_400,
  });
}
