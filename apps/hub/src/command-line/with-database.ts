import { type Database, openDatabase } from "@gatehouse/database";
import type { Settings } from "../settings/env.ts";

/** Opens the hub's database for one command, beside a hub that may be running. */
export async function withDatabase<Result>(
  settings: Pick<Settings, "databaseUrl" | "dataDirectory" | "sessionIdleSeconds" | "sessionMaxSeconds">,
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
