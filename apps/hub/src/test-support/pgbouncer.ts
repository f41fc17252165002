/** A real PgBouncer before the database of a test, for as long as the test takes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { freePort } from "./free-port.ts";

export interface PgBouncer {
  /** As the database's own, through it. */
  readonly url: string;
  close(): Promise<void>;
}

/** @returns the program's path, where the machine has it */
export function findPgBouncer(): string | undefined {
  return [process.env.PGBOUNCER_PATH ?? "", "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].find(isProgram);
}

/** The user of nobody's files, the same on every system. */
const nobody = 65_534;

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== "";
  } catch {
    return false;
  }
}

/**
 * @param databaseUrl what it leads to
 * @param poolMode when a client gives its connection back
 */
export async function openPgBouncer(
  program: string,
  databaseUrl: string,
  poolMode: "session" | "transaction",
): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-pgbouncer-"));
  const port = await freePort();
  const { hostname, port: databasePort, username, password, pathname } = new URL(databaseUrl);
  const settings = join(folder, "pgbouncer.ini");
  await writeFile(
    settings,
    `[databases]
* = host=${hostname} port=${databasePort} user=${decodeURIComponent(username)} password='${decodeURIComponent(password)}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${poolMode}
default_pool_size = ${poolMode === "transaction" ? 3 : 20}
`,
  );
  // It refuses to run as root, and its folder is closed to everybody else.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await Promise.all([folder, settings].map((path) => chown(path, nobody, nobody)));
  const bouncer = spawn(program, ["-q", ...(isRoot ? ["-u", "nobody"] : []), settings], { stdio: "ignore" });
  await vi.waitFor(() => expectListening(port), { timeout: 20_000, interval: 50 });
  return {
    url: `postgres://gatehouse:any@127.0.0.1:${port}${pathname}`,
    async close() {
      const ended = once(bouncer, "exit");
      bouncer.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function expectListening(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.destroy();
}
