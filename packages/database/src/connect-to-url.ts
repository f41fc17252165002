import { setTimeout as pause } from "node:timers/promises";
import { codeOf, DatabaseError } from "./database-error.ts";
import { connectOnce, type PostgresClient } from "./postgres-connection.ts";

/** `gen_random_uuid()` without an extension came with 13, and 13 is out of support. */
const oldestMajorVersion = 14;

/**
 * Connects to the PostgreSQL of a DATABASE_URL, and waits for one that is starting.
 *
 * @param patienceMilliseconds longest wait
 * @throws DatabaseError
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

/** `host:port/database` of a DATABASE_URL, without user and password. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = parsePostgresUrl(url);
  return `${hostname || "localhost"}:${port || "5432"}${pathname || "/"}`;
}

/** @throws DatabaseError `url-invalid`, without the text of the URL */
export function parsePostgresUrl(url: string): URL {
  const fix = "Write it as postgres://user:password@host:5432/database, or unset it to use the embedded one.";
  if (!URL.canParse(url)) {
    throw new DatabaseError("url-invalid", "DATABASE_URL is not a URL.", fix);
  }
  const parsed = new URL(url);
  if (parsed.protocol !== "postgres:" && parsed.protocol !== "postgresql:") {
    throw new DatabaseError(
      "url-invalid",
      `DATABASE_URL names "${parsed.protocol}//", but the hub only knows PostgreSQL.`,
      fix,
    );
  }
  return parsed;
}

const unreachableCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "ECONNRESET",
]);

/** Turns a connection error into one that says how to mend DATABASE_URL. */
export function explainConnectionError(error: unknown, url: string): DatabaseError {
  if (error instanceof DatabaseError) {
    return error;
  }
  const place = placeOf(url);
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (unreachableCodes.has(code) || /timeout|terminated unexpectedly/i.test(message)) {
    return new DatabaseError(
      "unreachable",
      `No PostgreSQL answers at ${place} (${code || "no answer"}).`,
      "Start it, or correct host and port in DATABASE_URL.",
      { cause: error },
    );
  }
  if (code.startsWith("28") || /password must be a string/i.test(message)) {
    return new DatabaseError(
      "access-refused",
      `PostgreSQL at ${place} refuses this username or password.`,
      "Correct user and password in DATABASE_URL.",
      { cause: error },
    );
  }
  if (code === "42501") {
    return new DatabaseError(
      "unusable",
      `At ${place} the role of DATABASE_URL may not create tables and functions.`,
      "Make it the owner of the database: ALTER DATABASE … OWNER TO …",
      { cause: error },
    );
  }
  if (code === "3D000") {
    return new DatabaseError(
      "no-such-database",
      `PostgreSQL at ${place} has no such database.`,
      "Create it with CREATE DATABASE, or correct the name in DATABASE_URL.",
      { cause: error },
    );
  }
  return new DatabaseError(
    "unusable",
    `PostgreSQL at ${place} cannot be used (${code || message}).`,
    "See its log; the hub needs its own database, with the right to create tables and functions.",
    { cause: error },
  );
}
