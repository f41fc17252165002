/**
 * Detects a database that accepts connections and does not answer: a frozen machine, a stopped process, a network that
 * drops packets. A slow statement is no such failure, so a timeout alone decides nothing: a long wait triggers a probe over a
 * new connection. Only if neither the probe nor any statement meanwhile gets an answer are the other connections ended: on a
 * busy machine a new connection takes longer than the statements of open ones.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { DatabaseError } from "./database-error.ts";
import type { Pool, PoolClient, PoolLog, PostgresClient } from "./postgres-connection.ts";

export interface SilenceLimits {
  /** Waiting or usage time of a connection after which a probe starts, in milliseconds. */
  readonly suspicious: number;
  /** Time limit for the probe's first answer, in milliseconds. */
  readonly probe: number;
}

/** Together well below three seconds, after which users reload; rendering the error page takes time too. */
export const silenceLimits: SilenceLimits = { suspicious: 500, probe: 1_250 };

/** Interval of further probes during silence, in milliseconds; the previous connection may be lost for good. */
const again = 5_000;

type Connected = (error: Error | undefined, client?: PoolClient, release?: (error?: unknown) => void) => void;

/**
 * Watches a pool. When the database is silent, ends waiting requests with an error, refuses new ones at once, and accepts
 * requests again when it answers. Statements sent before may still run when the database wakes up, each transaction as a
 * whole or not at all.
 *
 * @param createClient makes the probe's connection, without time limits
 */
export function watchSilence(
  pool: Pool,
  {
    createClient,
    log,
    limits = silenceLimits,
  }: {
    readonly createClient: () => PostgresClient;
    readonly log?: PoolLog | undefined;
    readonly limits?: SilenceLimits | undefined;
  },
): void {
  const open = new Set<PoolClient>();
  /** Start of each wait for a connection and of each use. */
  const busySince = new Map<object, number>();
  const waiting = new Set<Connected>();
  let lastAnswer = Number.NEGATIVE_INFINITY;
  let silent = false;
  let armed = false;

  pool.on("connect", (client) => open.add(client));
  pool.on("acquire", (client) => begin(client));
  pool.on("release", (error, client) => {
    busySince.delete(client);
    if (!error) lastAnswer = performance.now();
  });
  pool.on("remove", (client) => {
    open.delete(client);
    busySince.delete(client);
  });
  const connect = pool.connect.bind(pool) as (connected: Connected) => void;
  pool.connect = ((connected?: Connected) => {
    if (connected === undefined)
      return new Promise<PoolClient>((resolve, reject) =>
        wait((error, client) => (client === undefined ? reject(error) : resolve(client))),
      );
    wait(connected);
  }) as Pool["connect"];

  function wait(connected: Connected): void {
    if (silent) {
      queueMicrotask(() => connected(silence(), undefined, () => undefined));
      return;
    }
    waiting.add(connected);
    begin(connected);
    connect((error, client, release) => {
      busySince.delete(connected);
      if (waiting.delete(connected)) connected(error, client, release);
      // This request was already refused because of the silence.
      else release?.();
    });
  }

  function begin(busy: object): void {
    busySince.set(busy, performance.now());
    arm(limits.suspicious);
  }

  function arm(milliseconds: number): void {
    if (armed) return;
    armed = true;
    setTimeout(look, milliseconds).unref();
  }

  async function look(): Promise<void> {
    const [longest] = busySince.values();
    const waited = longest === undefined ? 0 : performance.now() - longest;
    let pause = limits.suspicious;
    if (waited >= limits.suspicious) await ask();
    else pause -= waited;
    armed = false;
    if (busySince.size > 0) arm(pause);
  }

  async function ask(): Promise<void> {
    const asked = performance.now();
    if (await answers(createClient(), limits.probe)) return;
    if (performance.now() - lastAnswer < limits.suspicious) return;
    silent = true;
    log?.({ event: "database.silent", detail: "it accepts connections and does not answer" });
    for (const client of open) {
      if ((busySince.get(client) ?? 0) <= asked) streamOf(client).destroy();
    }
    for (const connected of waiting) connected(silence(), undefined, () => undefined);
    waiting.clear();
    let isBack = false;
    while (!isBack && !pool.ending) isBack = await answers(createClient(), again);
    silent = false;
    log?.({
      event: "database.answered",
      detail: `after ${Math.round((performance.now() - asked) / 1000)} s`,
    });
  }
}

function silence(): DatabaseError {
  return new DatabaseError(
    "unreachable",
    "PostgreSQL accepts connections and does not answer.",
    "Check the machine that it runs on; the hub continues as soon as it answers.",
  );
}

/** Whether a new connection gets any answer in time; a refusal counts as an answer. */
async function answers(client: PostgresClient, milliseconds: number): Promise<boolean> {
  client.on("error", () => undefined);
  let answered = false;
  const settled = client
    .connect()
    .then(() => client.query("SELECT 1"))
    .catch((error: unknown) => void error)
    .then(() => {
      answered = true;
    });
  await Promise.race([settled, late(milliseconds)]);
  // If this process was blocked, the answer may have arrived unread.
  await nextTurn();
  await nextTurn();
  if (answered) await client.end().catch(() => undefined);
  else streamOf(client).destroy();
  return answered;
}

function late(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}

function streamOf(client: object): { destroy(): void } {
  return (client as { connection: { stream: { destroy(): void } } }).connection.stream;
}
