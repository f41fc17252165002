import { setTimeout as pause } from "node:timers/promises";
import { DatabaseError } from "./database-error.ts";
import {
  codeOf,
  connectOnce,
  explainConnectionError,
  type PostgresClient,
  parsePostgresUrl,
  placeOf,
} from "./postgres-pool.ts";

/** `gen_random_uuid()` without an extension came with 13, and 13 is out of support. */
const oldestMajorVersion = 14;

/**
 * Connects to the PostgreSQL of a DATABASE_URL; one that is just starting up is waited for.
 *
 * @throws DatabaseError in one sentence, without the password
 */
export async function connectToUrl(url: string, patienceMilliseconds = 10_000): Promise<PostgresClient> {
  parsePostgresUrl(url);
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    try {
      const client = await connectOnce({ url });
      await refuseOldServer(client, url);
      return client;
    } catch (error) {
      const startsUp = codeOf(error) === "57P03" && Date.now() < deadline;
      if (!startsUp) {
        throw explainConnectionError(error, url);
      }
      await pause(200);
    }
  }
}

async function refuseOldServer(client: PostgresClient, url: string): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS version",
  );
  const version = rows[0]?.version ?? 0;
  if (version < oldestMajorVersion) {
    await client.end();
    throw new DatabaseError(
      "too-old",
      `PostgreSQL at ${placeOf(url)} is version ${version}; the hub needs ${oldestMajorVersion} or newer.`,
      "Upgrade it, or unset DATABASE_URL to use the embedded one.",
    );
  }
}
