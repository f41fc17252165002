import pg from "pg";
import type { PoolEvent } from "./pool-events.ts";

// Only this file and postgres-pool.ts import pg.

export type { Pool, PoolClient } from "pg";
export type PostgresClient = pg.Client;

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

/** Receives events outside of statements, such as a lost idle connection. */
export type PoolLog = (line: { readonly event: PoolEvent; readonly detail: string }) => void;

/** Options of pg for an address. */
export function connectionOf(address: PostgresAddress): pg.ClientConfig {
  return "url" in address ? { connectionString: address.url } : { ...address };
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

/** Whether a pooler answers instead of the server: it gives its clients its own process ids. */
export async function isPooled(client: PostgresClient): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid !== (client as { readonly processID?: number }).processID;
}
