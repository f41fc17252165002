import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { PostgresBinaries } from "./binaries.ts";
import { type OperatingUser, spawnAs } from "./operating-user.ts";

/** A server that this process started. */
export interface ServerProcess {
  readonly pid: number;
  /** Whether it has ended. */
  ended(): boolean;
  /** End of its log since the start. */
  said(): string;
}

/**
 * Settings for a small server: no parallel workers, no replication, 8 MB of shared buffers, no I/O workers. Durability keeps
 * PostgreSQL's defaults (fsync, full_page_writes, synchronous_commit).
 */
function settings(port: number): readonly string[] {
  const wanted = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    shared_buffers: "8MB",
    max_connections: 50,
    max_worker_processes: 0,
    max_parallel_workers: 0,
    max_logical_replication_workers: 0,
    max_wal_senders: 0,
    wal_level: "minimal",
    max_wal_size: "256MB",
    io_method: "sync",
    jit: "off",
    huge_pages: "off",
    logging_collector: "off",
    log_checkpoints: "off",
    // Statements may contain values; only the error is logged.
    log_min_error_statement: "panic",
  };
  return Object.entries(wanted).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Starts PostgreSQL in its own process group, so that Ctrl-C reaches only the hub, which stops it. */
export async function startServer(
  binaries: PostgresBinaries,
  user: OperatingUser,
  data: string,
  logFile: string,
): Promise<ServerProcess> {
  const log = openLog(logFile);
  const from = fstatSync(log).size;
  const command = [binaries.postgres, "-D", data, ...settings(await freePort())];
  const child = spawnAs(user, command, {
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  let ended = false;
  child.once("error", () => {
    ended = true;
  });
  child.once("exit", () => {
    ended = true;
  });
  child.unref();
  return { pid: child.pid ?? 0, ended: () => ended, said: () => readFrom(logFile, from) };
}

/** Truncates the log if it is larger than a megabyte. */
function openLog(path: string): number {
  const log = openSync(path, "a", 0o600);
  if (fstatSync(log).size < 1_000_000) {
    return log;
  }
  closeSync(log);
  return openSync(path, "w", 0o600);
}

function readFrom(path: string, from: number): string {
  const log = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(Math.min(Math.max(fstatSync(log).size - from, 0), 8000));
    return buffer.toString("utf8", 0, readSync(log, buffer, 0, buffer.length, from));
  } finally {
    closeSync(log);
  }
}

/** A free port; if it is taken before the start, the start is retried with another. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

/** Path of the server's log in the hub's data directory. */
export function serverLog(dataDirectory: string): string {
  return join(dataDirectory, "postgres.log");
}
