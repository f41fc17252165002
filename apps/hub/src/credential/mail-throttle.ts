/** Limits mails that anybody can request: links for sign-up and for a forgotten password. */
import { createHash } from "node:crypto";
import type { RateLimitStore } from "@gatehouse/database";
import { network } from "./sign-in-throttle.ts";

export interface MailThrottle {
  /**
   * Counts a request. The answer does not depend on whether the recipient has an account.
   *
   * @param request.recipient the typed user name or address
   * @returns `"send"`; `"enough"`: the recipient got several mails just now; or the seconds that this network has to wait
   */
  count(request: {
    readonly recipient: string;
    readonly address: string;
  }): Promise<"send" | "enough" | { readonly retryInSeconds: number }>;
}

/**
 * Ten minutes are the life of a link to reset a password. A stranger who uses up the mails of a recipient therefore cannot
 * keep them out: while the limit lasts, one of the links that they received works.
 */
const limits = {
  recipient: { points: 5, duration: 10 * 60 },
  address: { points: 60, duration: 15 * 60 },
} as const;

/** @param rateLimits null switches counting off (`LOGIN_THROTTLE=off`) */
export function createMailThrottle(rateLimits: RateLimitStore | null): MailThrottle {
  if (rateLimits === null) return { count: async () => "send" };
  const recipients = rateLimits.createLimiter("mail-recipient", limits.recipient);
  const addresses = rateLimits.createLimiter("mail-address", limits.address);
  return {
    async count({ recipient, address }) {
      // The network first: one that is over its limit must not use up the mails of recipients.
      const retryInSeconds = await addresses.consume(network(address));
      if (retryInSeconds > 0) return { retryInSeconds };
      const key = createHash("sha256").update(recipient.toLowerCase()).digest("hex").slice(0, 32);
      return (await recipients.consume(key)) > 0 ? "enough" : "send";
    },
  };
}
