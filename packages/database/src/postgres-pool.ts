import pg from "pg";
import { DatabaseError } from "./database-error.ts";
import { type SilenceLimits, watchSilence } from "./silence.ts";

// The only file that imports pg.

export type { Pool, PoolClient } from "pg";

/** Where a database listens. */
export type PostgresAddress =
  | { readonly url: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };

/** Ten connections serve a hub on two cores; more only queue inside PostgreSQL. */
const poolSize = 10;

/** Receives what happens outside of any statement, such as a lost idle connection. */
export type PoolLog = (event: { readonly event: string; readonly detail: string }) => void;

export interface PoolOptions {
  readonly log?: PoolLog | undefined;
  /**
   * Whether a connection pooler such as PgBouncer is in front of the server. It may use another connection for each
   * transaction and refuses unknown settings: no state of a connection may outlive a transaction.
   */
  readonly pooled?: boolean | undefined;
  /** When a silent database is noticed; for tests. */
  readonly silence?: SilenceLimits | undefined;
}

/** Opens a pool in which a lost or silent connection does not end the process or block other requests. */
export function openPool(address: PostgresAddress, options: PoolOptions = {}): pg.Pool {
  const { log, pooled = false, silence } = options;
  const pool = new pg.Pool({
    ...connectionOf(address),
    max: poolSize,
    // Longer than a new connection takes on a busy machine, and shorter than three seconds.
    connectionTimeoutMillis: 2_500,
    // Limits of the server. A pooler refuses such settings; set them on the role instead (ALTER ROLE … SET).
    ...(pooled ? {} : { statement_timeout: 15_000, idle_in_transaction_session_timeout: 15_000 }),
    // A single connection that was lost silently while others work.
    query_timeout: 20_000,
    application_name: "gatehouse",
  });
  pool.on("error", (error) => log?.({ event: "database-connection-lost", detail: error.message }));
  pool.on("connect", (client) => {
    // The statement already reports the error; an unhandled event would end the process.
    client.on("error", () => undefined);
    if (pooled) forgetNames(client);
  });
  watchSilence(pool, {
    createClient: () => {
      const { port } = pool.options;
      return new pg.Client({ ...connectionOf(address), ...(port !== undefined && { port }) });
    },
    log,
    limits: silence,
  });
  return pool;
}

/** Drops statement names: a named prepared statement exists on one connection only, and a pooler may use another. */
function forgetNames(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...words: unknown[]) => unknown;
  client.query = ((statement: unknown, ...rest: unknown[]) => {
    const isNamed =
      typeof statement === "object" && statement !== null && "text" in statement && "name" in statement;
    return query(isNamed ? { ...statement, name: undefined } : statement, ...rest);
  }) as typeof client.query;
}

/** One connection without the pool's time limits, for migrations. */
export async function connectOnce(address: PostgresAddress): Promise<pg.Client> {
  const client = new pg.Client({ ...connectionOf(address), connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

export type PostgresClient = pg.Client;

/** Whether a pooler answers instead of the server: it gives its clients its own process ids. */
export async function isPooled(client: PostgresClient): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid !== (client as { readonly processID?: number }).processID;
}

function connectionOf(address: PostgresAddress): pg.ClientConfig {
  return "url" in address ? { connectionString: address.url } : { ...address };
}

/** `host:port/database` of a DATABASE_URL, which may be shown; user and password stay out. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = parsePostgresUrl(url);
  return `${hostname || "localhost"}:${port || "5432"}${pathname || "/"}`;
}

/** @throws DatabaseError `url-invalid`; the text of the URL is never part of the message */
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

/** Says in one sentence why a DATABASE_URL cannot be used. */
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
      `PostgreSQL at ${place} refuses this user name or password.`,
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
      "Make it with CREATE DATABASE, or correct the name in DATABASE_URL.",
      { cause: error },
    );
  }
  return new DatabaseError(
    "unusable",
    `PostgreSQL at ${place} cannot be used (${code || message}).`,
    "Look into its log; the hub needs a database of its own that it may change.",
    { cause: error },
  );
}

/** SQLSTATE or system code of an error, or nothing. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
