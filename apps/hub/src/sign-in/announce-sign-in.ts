/**
 * Mails about sign-ins and attempts that may not be the user's: from a new browser, with many wrong passwords or codes, and with
 * a right password but without the second step.
 */
import type { AuditEventStore, Person, PersonStore, QueuedMail } from "@gatehouse/database";
import type { UnfinishedOutcome } from "../audit/audit-kinds.ts";
import type { HubChangeRecord } from "../audit/change-record.ts";
import { actorOf, type IsRepeated } from "../audit/record-audit.ts";
import { networkOf, type Throttle, type UserAttempt } from "../credential/throttle.ts";
import type { Call } from "../http/route.ts";
import type { Log } from "../log.ts";
import type { ChangeFacts, QueueMail } from "../mail/queue-mail.ts";
import { type KnownBrowserNeeds, readKnownBrowser } from "./known-browser.ts";
import { pendingLifeSeconds } from "./sign-in.ts";

export interface AnnounceBrowserNeeds extends KnownBrowserNeeds {
  readonly people: Pick<PersonStore, "noteFirstSignIn">;
  readonly queueMail: QueueMail;
}

/** Tells a user who has just signed in of a browser that they had not used before. The first sign-in ever is no news. */
export async function announceNewBrowser(
  needs: AnnounceBrowserNeeds,
  call: Call,
  person: Person,
): Promise<void> {
  if (readKnownBrowser(needs, call, person) !== undefined) return;
  const { id: personId, email: recipient } = person;
  if (await needs.people.noteFirstSignIn(personId)) return;
  const { address, userAgent } = call;
  await needs.queueMail({ kind: "new-browser", recipient, personId, facts: { address, userAgent } });
}

export interface RestSignInNeeds extends AnnounceBrowserNeeds {
  readonly throttle: Pick<Throttle, "count">;
}

/** Tells a user of a sign-in by REST as of a new browser; at most once a day for each network, for programs sign in often. */
export async function announceRestSignIn(needs: RestSignInNeeds, call: Call, person: Person): Promise<void> {
  const account = `${person.id} ${networkOf(call.address)}`;
  if ((await needs.throttle.count("alert-mail", { purpose: "rest-sign-in", account })).allowed)
    await announceNewBrowser(needs, call, person);
}

export interface UnfinishedNeeds extends KnownBrowserNeeds {
  readonly isRepeated: IsRepeated;
}

/**
 * Record of a sign-in whose first step was right and which now waits for another one. Its mail waits until the sign-in can no
 * longer be finished, and is sent only if it was not (`createUnfinishedCheck`).
 *
 * @param amr methods so far
 * @returns `undefined`: the same was recorded within the last minute
 */
export function unfinishedRecord(
  needs: UnfinishedNeeds,
  call: Pick<Call, "address" | "header" | "userAgent">,
  person: Pick<Person, "id" | "email" | "knownBrowsersVersion">,
  amr: readonly string[],
  outcome: UnfinishedOutcome,
): HubChangeRecord | undefined {
  const { id: personId, email: recipient } = person;
  const event = { kind: "sign-in", outcome, actor: actorOf(call), personId, facts: { amr } } as const;
  if (needs.isRepeated(event)) return undefined;
  const { address, userAgent } = call;
  // Choosing another password and setting up a second step send mails of their own.
  const isMailed =
    outcome === "factor_required" &&
    amr.includes("pwd") &&
    readKnownBrowser(needs, call, person) === undefined;
  return {
    events: [event],
    ...(isMailed && {
      mail: {
        kind: "sign-in-unfinished",
        recipient,
        personId,
        facts: { address, userAgent },
        dueInSeconds: pendingLifeSeconds,
      },
    }),
  };
}

/** Whether to send the mail about a sign-in that was not finished: at most one per user and day. */
export function createUnfinishedCheck({
  auditEvents,
  throttle,
}: {
  readonly auditEvents: Pick<AuditEventStore, "listNewest">;
  readonly throttle: Pick<Throttle, "count">;
}): (mail: QueuedMail) => Promise<boolean> {
  return async ({ personId, createdAt: since, facts, attempts }) => {
    if (personId === null) return false;
    // The first attempt to send it has decided, and was counted.
    if (attempts > 0) return true;
    const { address = "", userAgent = "" } = facts as ChangeFacts;
    const signIns = await auditEvents.listNewest({ personId, kinds: ["sign-in"], since }, { limit: 100 });
    const isFinished = signIns.some(
      (entry) => entry.outcome === "done" && entry.address === address && entry.userAgent === userAgent,
    );
    if (isFinished) return false;
    return (await throttle.count("alert-mail", { purpose: "sign-in-unfinished", account: personId })).allowed;
  };
}

/**
 * Tells users that somebody tried many wrong passwords or codes for their account. The request does not wait for it, so its answer
 * takes the same time for unknown names. At most one such mail per user and day, for strangers can cause it.
 */
export function createFailureAnnouncement({
  throttle,
  people,
  queueMail,
  log,
}: {
  readonly throttle: Pick<Throttle, "count">;
  readonly people: Pick<PersonStore, "findForSignIn">;
  readonly queueMail: QueueMail;
  readonly log: Log;
}): (attempt: UserAttempt) => void {
  async function announce({ account, address }: UserAttempt): Promise<void> {
    const found = await people.findForSignIn(account);
    if (found === null || found.person.disabled) return;
    const { id: personId, email: recipient } = found.person;
    const counted = await throttle.count("alert-mail", { purpose: "repeated-failures", account: personId });
    if (!counted.allowed) return;
    await queueMail({ kind: "repeated-failures", recipient, personId, facts: { address } });
  }

  return (attempt) => {
    announce(attempt).catch((error) => log.error({ err: error }, "repeated failures not announced"));
  };
}
