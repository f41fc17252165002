import { type Database, hasEmbeddedDatabase, openDatabase } from "@gatehouse/database";
import type { Settings } from "../settings/env.ts";
import { RefusedError } from "./parse-command.ts";

export type DatabaseSettings = Pick<
  Settings,
  "databaseUrl" | "dataDirectory" | "sessionIdleSeconds" | "sessionMaxSeconds"
>;

/**
 * Opens the hub's database for one command, beside a hub that may be running. An empty one would answer for the hub's: a
 * command that finds nothing there must not create it.
 *
 * @throws RefusedError if the data directory has no embedded database and no DATABASE_URL is set
 */
export async function withDatabase<Result>(
  settings: DatabaseSettings,
  use: (database: Database) => Promise<Result>,
): Promise<Result> {
  if (settings.databaseUrl === undefined && !hasEmbeddedDatabase(settings.dataDirectory))
    throw new RefusedError(
      `there is no database in ${settings.dataDirectory}: no hub has run there. Run this command with the DATA_DIR or DATABASE_URL of the hub, or start the hub first.`,
    );
  return withNewDatabase(settings, use);
}

/** The same for a command that may come before the hub's first start: creates the database if there is none. */
export async function withNewDatabase<Result>(
  settings: DatabaseSettings,
  use: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase({
    url: settings.databaseUrl,
    dataDirectory: settings.dataDirectory,
    idleSeconds: settings.sessionIdleSeconds,
    maxSeconds: settings.sessionMaxSeconds,
  });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}
