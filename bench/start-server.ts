/** Starts what is measured, as processes of their own, and stops it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { on } from "./cores.ts";

const root = join(import.meta.dirname, "..");

export interface Started {
  readonly url: string;
  readonly pid: number;
  /** Rejects for a program that was started without `lastLine`. */
  waitForLastLine(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a program of this repository and waits until `path` answers 200.
 *
 * @param options.cores absent: the core of the servers
 * @param options.lastLine what the program prints when everything has started; absent: its output is not read, for that
 *   costs time
 * @throws when it ends before that
 */
export async function startServer(options: {
  readonly command: readonly string[];
  readonly cores?: "server" | "all";
  readonly directory: string;
  readonly port: number;
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly lastLine?: string;
}): Promise<Started> {
  const [program = "node", ...words] = [...on(options.cores ?? "server"), ...options.command];
  const child = spawn(program, words, {
    cwd: join(root, options.directory),
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", ...options.environment },
    stdio: ["ignore", options.lastLine === undefined ? "ignore" : "pipe", "inherit"],
  });
  const printed = lastLinePrinted(child, options.lastLine);
  const url = `http://127.0.0.1:${options.port}`;
  const ended = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${options.command.join(" ")} ended with ${code}`)));
  });
  ended.catch(() => undefined);
  try {
    await Promise.race([answers(`${url}${options.path}`), ended]);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return {
    url,
    pid: child.pid ?? 0,
    waitForLastLine: () => Promise.race([printed, ended]),
    stop: () => stop(child),
  };
}

function lastLinePrinted({ stdout }: ChildProcess, lastLine: string | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (stdout === null) reject(new Error("started without lastLine, so its output is not read"));
  else createInterface(stdout).on("line", (line) => line === lastLine && resolve());
  promise.catch(() => undefined);
  return promise;
}

async function answers(url: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 20);
    await promise;
  }
  throw new Error(`${url} did not answer within a minute`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

/** A port nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  const closed = new Promise((done) => server.close(done));
  await closed;
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
