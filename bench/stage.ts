/** Starts the processes of a benchmark, and ends all of them. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "undici";
import { connect } from "./browser.ts";
import { type Started, startServer } from "./start-server.ts";

export interface Stage {
  /** A folder of its own. */
  folder(): Promise<string>;
  start(options: Parameters<typeof startServer>[0]): Promise<Started>;
  /** Connections to a server that was started. */
  connect(url: string): Pool;
  /** Everything else to end; the latest is ended first. */
  atEnd(end: () => Promise<unknown>): void;
}

export async function onStage<Result>(play: (stage: Stage) => Promise<Result>): Promise<Result> {
  const ends: (() => Promise<unknown>)[] = [];
  let ending: Promise<void> | undefined;
  const end = () => (ending ??= endAll(ends));
  const interrupted = () => void end().finally(() => process.exit(1));
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  try {
    return await play({
      async folder() {
        const folder = await mkdtemp(join(tmpdir(), "gatehouse-bench-"));
        ends.push(() => rm(folder, { recursive: true, force: true }));
        return folder;
      },
      async start(options) {
        const server = await startServer(options);
        ends.push(() => server.stop());
        return server;
      },
      connect(url) {
        const pool = connect(url);
        ends.push(() => pool.close());
        return pool;
      },
      atEnd: (end) => ends.push(end),
    });
  } finally {
    await end();
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  }
}

async function endAll(ends: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const end of ends.toReversed()) await end();
}
