import type { Pool, PoolLog } from "../postgres-connection.ts";
import { type EmbeddedPostgres, openEmbeddedPostgres } from "./embedded-postgres.ts";

/**
 * Restarts the embedded PostgreSQL within a second if it ends, and gives the pool the new port. An adopted server ends with
 * the process that started it, and any process can be killed.
 */
export function watchEmbeddedPostgres(
  first: EmbeddedPostgres,
  pool: Pool,
  options: { readonly dataDirectory: string; readonly log?: PoolLog | undefined },
): { stop(): Promise<void> } {
  let current = first;
  let reviving: Promise<void> | undefined;
  const revive = async () => {
    current = await openEmbeddedPostgres(options.dataDirectory);
    pool.options.port = current.address.port;
    options.log?.({ event: "embedded-database.restarted", detail: `pid ${current.pid}` });
  };
  const look = () => {
    if (reviving || current.isRunning()) {
      return;
    }
    reviving = revive()
      .catch((error: unknown) => options.log?.({ event: "embedded-database.lost", detail: String(error) }))
      .finally(() => {
        reviving = undefined;
      });
  };
  const timer = setInterval(look, 500);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await reviving;
      await current.stop();
    },
  };
}
