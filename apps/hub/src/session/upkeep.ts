/** Periodic work: ends expired sessions, notifies their sites, retries deliveries, deletes old rows. */
import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@gatehouse/database";
import type { Log } from "../log.ts";
import type { LogoutDispatcher } from "../logout/logout-dispatcher.ts";
import type { Issuer } from "../oidc/issuer/open-issuer.ts";

export interface Upkeep {
  close(): Promise<void>;
}

const pauseMilliseconds = 5_000;
/** A key is published a day before it signs: a minute is soon enough to hear of it. */
const keysPauseMilliseconds = 60_000;
/** Rows a statement takes at once, so that no round waits for a sweep. */
const batch = 200;
/** Between two full batches the database belongs to those who wait for an answer. */
const breathMilliseconds = 20;
/** Two thousand rows a second: more than a hub on two cores makes, so that old ones never pile up. */
const mostBatches = 50;

/**
 * Sessions past their life are refused at once by every look-up; this ends their rows a few seconds later, so
 * that sites hear of it. Any number of replicas may do it side by side.
 */
export function startUpkeep(options: {
  readonly database: Database;
  readonly logout: LogoutDispatcher;
  readonly issuer: Pick<Issuer, "refresh">;
  readonly log: Log;
}): Upkeep {
  let running: Promise<void> | undefined;
  const keys = setInterval(() => {
    options.issuer
      .refresh()
      .catch((error) => options.log.error({ err: error }, "signing keys not refreshed"));
  }, keysPauseMilliseconds).unref();
  const timer = setInterval(() => {
    // A round that takes longer than the pause is waited for, not lined up behind.
    running ??= keepUp(options)
      .catch((error) => options.log.error({ err: error }, "upkeep failed; tried again soon"))
      .finally(() => {
        running = undefined;
      });
  }, pauseMilliseconds).unref();
  return {
    async close() {
      clearInterval(timer);
      clearInterval(keys);
      await running;
    },
  };
}

/** One round of upkeep. */
export async function keepUp({
  database,
  logout,
  log,
}: {
  readonly database: Database;
  readonly logout: LogoutDispatcher;
  readonly log: Log;
}): Promise<void> {
  for (let ended = batch; ended === batch; ) {
    ended = await database.sessions.endExpired(batch);
    if (ended > 0) log.info({ event: "sessions.expired", count: ended }, "sessions past their life ended");
  }
  await logout.drain();
  await sweep(database);
}

async function sweep(database: Database): Promise<void> {
  for (let batches = 0; batches < mostBatches; batches += 1) {
    if ((await database.sweep(batch)) < batch) return;
    await pause(breathMilliseconds);
  }
}
