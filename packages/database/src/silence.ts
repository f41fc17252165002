/**
 * Notices a database that accepts connections and says nothing: a frozen machine, a stopped process, a network that
 * swallows packets. A slow statement is none of that, so the clock alone decides nothing: whoever waits for long is the
 * reason to ask by a connection of its own, and only where that one gets no word either are the others let go.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { DatabaseError } from "./database-error.ts";
import type { Pool, PoolClient, PoolLog, PostgresClient } from "./postgres-pool.ts";

export interface SilenceLimits {
  /** So long a connection may be waited for or used before anybody asks, in milliseconds. */
  readonly suspicious: number;
  /** So long a new connection may take to its first answer, in milliseconds. */
  readonly probe: number;
}

/** Together well below three seconds, after which people reload: a page that says so has to be drawn as well. */
export const silenceLimits: SilenceLimits = { suspicious: 500, probe: 1_250 };

/** While nothing answers, a new connection is tried this often: the one before may be lost for good, in milliseconds. */
const again = 5_000;

type Connected = (error: Error | undefined, client?: PoolClient, release?: (error?: unknown) => void) => void;

/**
 * Ends what waits on a silent database with an error, refuses what comes while it is silent at once, and lets everything
 * through again when it answers. What was sent before may still be carried out when it wakes: each statement, and each
 * transaction, whole or not at all.
 *
 * @param createClient makes a connection of its own to ask by, without time limits
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
  /** Who waits for a connection or uses one, and since when. */
  const busySince = new Map<object, number>();
  const waiting = new Set<Connected>();
  let silent = false;
  let armed = false;

  pool.on("connect", (client) => open.add(client));
  pool.on("acquire", (client) => begin(client));
  pool.on("release", (_, client) => busySince.delete(client));
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
      // It was told meanwhile that there is nothing to wait for.
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
    silent = true;
    log?.({ event: "database-silent", detail: "it accepts connections and answers nothing" });
    for (const client of open) {
      if ((busySince.get(client) ?? 0) <= asked) streamOf(client).destroy();
    }
    for (const connected of waiting) connected(silence(), undefined, () => undefined);
    waiting.clear();
    let isBack = false;
    while (!isBack && !pool.ending) isBack = await answers(createClient(), again);
    silent = false;
    log?.({ event: "database-answers", detail: `after ${Math.round((performance.now() - asked) / 1000)} s` });
  }
}

function silence(): DatabaseError {
  return new DatabaseError(
    "unreachable",
    "PostgreSQL accepts connections and answers nothing.",
    "Look after the machine that it runs on; the hub goes on as soon as it answers.",
  );
}

/** Whether a new connection gets any word within a time; a refusal is one. */
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
  // A process that was held up itself has its answer, and has not read it yet.
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
