/** Mails about sign-ins that the user may not have made: from a browser that is new, and many wrong passwords or codes. */
import type { Person, PersonStore } from "@gatehouse/database";
import type { Throttle, UserAttempt } from "../credential/throttle.ts";
import type { Call } from "../http/route.ts";
import type { Log } from "../log.ts";
import type { QueueMail } from "../mail/queue-mail.ts";
import { type KnownBrowserNeeds, readKnownBrowsers } from "./known-browser.ts";

export interface AnnounceBrowserNeeds extends KnownBrowserNeeds {
  readonly people: Pick<PersonStore, "noteFirstSignIn">;
  readonly queueMail: QueueMail;
}

/** Tells a user who has just signed in of a browser that they had not used before. The first sign-in ever is no news. */
export async function announceNewBrowser(
  needs: AnnounceBrowserNeeds,
  call: Call,
  { id: personId, email: recipient }: Person,
): Promise<void> {
  if (readKnownBrowsers(needs, call).has(personId)) return;
  if (await needs.people.noteFirstSignIn(personId)) return;
  const { address, userAgent } = call;
  await needs.queueMail({ kind: "new-browser", recipient, personId, facts: { address, userAgent } });
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
    if (!(await throttle.count("failures-mail", { account: personId })).allowed) return;
    await queueMail({ kind: "repeated-failures", recipient, personId, facts: { address } });
  }

  return (attempt) => {
    announce(attempt).catch((error) => log.error({ err: error }, "repeated failures not announced"));
  };
}
