/** Periodic work: ends expired sessions, deletes accounts that are due, chains the audit trail, notifies sites, sends mails, deletes old rows. */
import { setTimeout as pause } from "node:timers/promises";
import type { CentralSessionStore, PersonStore, ProfileStore } from "@gatehouse/database";
import type { HubChangeRecord } from "../audit/change-record.ts";
import type { Log } from "../log.ts";
import type { LogoutDispatcher } from "../logout/logout-dispatcher.ts";
import type { Dispatcher } from "../outbox/dispatcher.ts";

/** One round of upkeep. */
export type UpkeepTask = () => Promise<void>;

export interface UpkeepTaskNeeds {
  readonly sessions: Pick<CentralSessionStore, "endExpired">;
  readonly profiles: Pick<ProfileStore, "dueForDeletion">;
  readonly people: Pick<PersonStore, "removeDue">;
  readonly logout: Pick<LogoutDispatcher, "drain">;
  /** A mail server that does not answer must not delay the other work, so upkeep does not wait for it. */
  readonly mail: Pick<Dispatcher, "wake">;
  /** Appends new entries of the audit trail to its chain. */
  readonly chainAudit: () => Promise<void>;
  /** Deletes up to `limit` rows of each kind that are no longer needed. @returns how many in all */
  readonly sweep: (limit: number) => Promise<number>;
  readonly log: Log;
}

export interface Upkeep {
  close(): Promise<void>;
}

const pauseMilliseconds = 5_000;
/** A key is published a day before it signs, so one check a minute is enough. */
const keysPauseMilliseconds = 60_000;
/** Rows per statement, so that no round waits for a sweep. */
const batch = 200;
/** Pause between two full batches, so that requests do not wait for the sweep. */
const breathMilliseconds = 20;
/** 2,000 rows a second: more than a hub on two cores writes, so old rows never accumulate. */
const mostBatches = 50;

/**
 * Every look-up refuses an expired session at once; upkeep ends its row a few seconds later, so that sites are
 * notified. Any number of replicas may run it at the same time.
 */
export function startUpkeep(options: {
  readonly runUpkeep: UpkeepTask;
  /** Makes signing keys that are due, and loads those of other processes. */
  readonly refreshKeys: () => Promise<void>;
  readonly log: Log;
}): Upkeep {
  let running: Promise<void> | undefined;
  const keys = setInterval(() => {
    options.refreshKeys().catch((error) => options.log.error({ err: error }, "signing keys not refreshed"));
  }, keysPauseMilliseconds).unref();
  const timer = setInterval(() => {
    // A round that takes longer than the pause replaces the next one.
    running ??= options
      .runUpkeep()
      .catch((error) => options.log.error({ err: error }, "upkeep failed; will retry soon"))
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

export function createUpkeepTask(needs: UpkeepTaskNeeds): UpkeepTask {
  const { sessions, chainAudit, logout, mail, sweep, log } = needs;
  return async () => {
    for (let ended = batch; ended === batch; ) {
      ended = await sessions.endExpired(batch);
      if (ended > 0) log.info({ event: "sessions.expired", count: ended }, "expired sessions ended");
    }
    mail.wake();
    await removeDue(needs);
    await chainAudit();
    await logout.drain();
    for (let batches = 0; batches < mostBatches; batches += 1) {
      if ((await sweep(batch)) < batch) return;
      await pause(breathMilliseconds);
    }
  };
}

/** Deletes accounts whose users asked for it and did not come back in time. */
async function removeDue({ log, people, profiles }: UpkeepTaskNeeds): Promise<void> {
  for (const id of await profiles.dueForDeletion(batch)) {
    const record = (): HubChangeRecord => ({
      events: [{ kind: "account-deleted", actor: { kind: "hub", id: "" }, personId: id }],
    });
    if (!(await people.removeDue(id, record))) continue;
    log.info({ event: "account.deleted", person: id }, "account deleted, as its user had asked");
  }
}
