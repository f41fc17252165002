/** Throttles wrong app passwords and wrong site secrets. */
import type { RateLimitStore } from "@gatehouse/database";
import { network } from "./network.ts";

/** Where wrong ones come from: an address, or a site that passes on what it was given. */
export type TriedFrom = { readonly address: string } | { readonly site: string };

export interface WrongTries {
  /**
   * Counts one. A right one is never counted and never asked to wait: nobody guesses 256 random bits, and a program
   * that goes on with a revoked one must not stop its neighbours behind the same address (docs/decisions/0015, 0022).
   *
   * @returns 0, or the seconds for which this is all the answer there is to wrong ones
   */
  count(from: TriedFrom): Promise<number>;
}

/** The same as for passwords, over all accounts from one address (`sign-in-throttle.ts`). */
const limit = { points: 100, duration: 15 * 60 };

/**
 * @param rateLimits null switches counting off (`LOGIN_THROTTLE=off`)
 * @param what the kind of secret; each kind has its own counters
 */
export function createWrongTries(
  rateLimits: RateLimitStore | null,
  what: "app-password" | "site-secret",
): WrongTries {
  if (rateLimits === null) return { count: async () => 0 };
  const limiter = rateLimits.createLimiter(what, limit);
  return {
    count: (from) =>
      limiter.consume("site" in from ? `site:${from.site}` : `address:${network(from.address)}`),
  };
}
