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
  /** What it wrote to its log since it was started, the end of it. */
  said(): string;
}

/**
 * Durability stays as PostgreSQL ships it (fsync, full_page_writes, synchronous_commit). The rest keeps it small: no
 * parallel workers, no replication, 16 MB of shared buffers, files read by the backend that wants them.
 */
function settings(port: number): readonly string[] {
  const wanted = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    shared_buffers: "16MB",
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
    // Statements may carry values; the log keeps to what went wrong.
    log_min_error_statement: "panic",
  };
  return Object.entries(wanted).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Starts PostgreSQL in a process group of its own: Ctrl-C is for the hub, which stops it in order. */
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

/** The log starts anew when it has grown past a megabyte. */
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

/** A port that was free a moment ago; a start that finds it taken is tried again with another. */
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

/** Where the server's log lies in the hub's data directory. */
export function serverLog(dataDirectory: string): string {
  return join(dataDirectory, "postgres.log");
}
