/** Throttles wrong app passwords and wrong site secrets. */
import type { RateLimitStore } from "@gatehouse/database";
import { network } from "./sign-in-throttle.ts";

/** Source of wrong attempts: an address, or a site that passes credentials on. */
export type AttemptSource = { readonly address: string } | { readonly site: string };

export interface SecretThrottle {
  /**
   * Counts a wrong secret. Right ones are never counted and never wait: 256 random bits cannot be guessed, and a program
   * with a revoked secret must not block others behind the same address (docs/decisions/0015, 0022).
   *
   * @returns 0, or seconds during which further wrong secrets get 429
   */
  count(from: AttemptSource): Promise<number>;
}

/** The same as for passwords, over all accounts from one address (`sign-in-throttle.ts`). */
const limit = { points: 100, duration: 15 * 60 };

/**
 * @param rateLimits null switches counting off (`LOGIN_THROTTLE=off`)
 * @param what the kind of secret; each kind has its own counters
 */
export function createSecretThrottle(
  rateLimits: RateLimitStore | null,
  what: "app-password" | "site-secret",
): SecretThrottle {
  if (rateLimits === null) return { count: async () => 0 };
  const limiter = rateLimits.createLimiter(what, limit);
  return {
    count: (from) =>
      limiter.consume("site" in from ? `site:${from.site}` : `address:${network(from.address)}`),
  };
}
