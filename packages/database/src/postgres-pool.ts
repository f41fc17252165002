import { availableParallelism } from "node:os";
import pg from "pg";
import { connectionOf, type PoolLog, type PostgresAddress } from "./postgres-connection.ts";
import { type SilenceLimits, watchSilence } from "./silence.ts";

/**
 * Two connections a core and one for the disk. With the database on the same machine, more only queue inside PostgreSQL, and
 * each takes up to 7 MB there (docs/decisions/0033).
 */
const localPoolSize = 2 * availableParallelism() + 1;
/** Waiting for the network occupies a connection too. */
const remotePoolSize = Math.max(10, localPoolSize);

export interface PoolOptions {
  readonly log?: PoolLog | undefined;
  /**
   * Whether a connection pooler such as PgBouncer is in front of the server. It may use another connection for each
   * transaction and refuses unknown settings: no state of a connection may outlive a transaction.
   */
  readonly pooled?: boolean | undefined;
  /** Limits for detecting a silent database; for tests. */
  readonly silence?: SilenceLimits | undefined;
}

/** Opens a pool in which a lost or silent connection does not end the process or block other requests. */
export function openPool(address: PostgresAddress, options: PoolOptions = {}): pg.Pool {
  const { log, pooled = false, silence } = options;
  const pool = new pg.Pool({
    ...connectionOf(address),
    max: "url" in address ? remotePoolSize : localPoolSize,
    // Longer than a new connection takes on a busy machine, and shorter than three seconds.
    connectionTimeoutMillis: 2_500,
    // Limits of the server. A pooler refuses such settings; set them on the role instead (ALTER ROLE … SET).
    ...(pooled ? {} : { statement_timeout: 15_000, idle_in_transaction_session_timeout: 15_000 }),
    // A single connection that was lost silently while others work.
    query_timeout: 20_000,
    application_name: "gatehouse",
  });
  pool.on("error", (error) => log?.({ event: "database-connection.lost", detail: error.message }));
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
