import { type Database, openDatabase } from "@gatehouse/database";
import type { Settings } from "../settings/env.ts";

export type DatabaseSettings = Pick<
  Settings,
  "databaseUrl" | "dataDirectory" | "sessionIdleSeconds" | "sessionMaxSeconds"
>;

/** Opens the hub's database for one command, beside a hub that may be running. */
export async function withDatabase<Result>(
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
