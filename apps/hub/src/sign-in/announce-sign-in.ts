/** Mails about sign-ins that the user may not have made: from a browser that is new, and many wrong passwords or codes. */
import type { Person, PersonStore, RateLimitStore } from "@gatehouse/database";
import type { Attempt } from "../credential/sign-in-throttle.ts";
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

/** At most one such mail per user and day: strangers can cause it. */
const oneADay = { points: 1, duration: 24 * 3600 };

/**
 * Tells users that somebody tried many wrong passwords or codes for their account. The request does not wait for it, so its answer
 * takes the same time for unknown names.
 */
export function createFailureAnnouncement({
  rateLimits,
  people,
  queueMail,
  log,
}: {
  readonly rateLimits: RateLimitStore;
  readonly people: Pick<PersonStore, "findForSignIn">;
  readonly queueMail: QueueMail;
  readonly log: Log;
}): (attempt: Attempt) => void {
  const limiter = rateLimits.createLimiter("mail-repeated-failures", oneADay);

  async function announce({ identifier, account = identifier, address }: Attempt): Promise<void> {
    const found = await people.findForSignIn(account);
    if (found === null || found.person.disabled) return;
    const { id: personId, email: recipient } = found.person;
    if ((await limiter.consume(personId)) > 0) return;
    await queueMail({ kind: "repeated-failures", recipient, personId, facts: { address } });
  }

  return (attempt) => {
    announce(attempt).catch((error) => log.error({ err: error }, "repeated failures not announced"));
  };
}
