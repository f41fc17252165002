/** Slows down guessing of passwords without letting strangers lock a user out. */
import { createHash } from "node:crypto";
import type { RateLimitStore } from "@gatehouse/database";
import { createAttemptQueue, TooManyWaiting } from "./attempt-queue.ts";

/** An attempt to sign in, as known before the password check. */
export interface Attempt {
  /** The typed user name, known or not. */
  readonly identifier: string;
  /** User name, if `identifier` counts something else of the account. */
  readonly account?: string;
  readonly address: string;
  /** Id of a browser that this user signed in with before; `undefined` for any other browser. */
  readonly knownBrowser: string | undefined;
}

/** The attempt has to wait. */
export interface Throttled {
  readonly allowed: false;
  readonly retryInSeconds: number;
}

export interface SignInThrottle {
  /**
   * Runs attempts on one account from one address or known browser one after the other: an attempt counts as wrong
   * until it is verified, and a program that signs in twenty times at once would otherwise use up the limit.
   *
   * @param make counts the attempt, verifies the password, and undoes the count if it was right
   */
  queue<Result>(attempt: Attempt, make: () => Promise<Result>): Promise<Result | Throttled>;
  /** Counts one attempt before the password is verified, so that concurrent attempts cannot bypass the limit. */
  count(attempt: Attempt): Promise<{ readonly allowed: true } | Throttled>;
  /** The password was right: undoes the count. */
  succeeded(attempt: Attempt): Promise<void>;
  /** The user proved otherwise who they are and chose another password: earlier attempts no longer count. */
  forget(attempt: Attempt): Promise<void>;
}

/**
 * Counters of failed attempts. A browser that the user signed in with before has its own, so that an attacker who
 * uses up the others cannot lock the user out (docs/decisions/0008). 100 per account is NIST's maximum. All known browsers
 * share a second one: whoever was signed in once can make any number of them.
 *
 * @see NIST SP 800-63B-4, section 3.2.2
 */
const limits = {
  /** One account from one address, or from one known browser. */
  account: { points: 10, duration: 15 * 60 },
  /** One account from all addresses. */
  everywhere: { points: 100, duration: 24 * 3600 },
  /** One account from all known browsers. */
  known: { points: 100, duration: 24 * 3600 },
  /** All accounts from one address. */
  address: { points: 100, duration: 15 * 60 },
} as const;

/** Concurrent attempts per process; far below the counters, so that several processes stay below them too. */
const queueLimits = {
  account: { atOnce: 1, waiting: 500 },
  address: { atOnce: 16, waiting: 500 },
} as const;

const off: SignInThrottle = {
  queue: (_, make) => make(),
  count: async () => ({ allowed: true }),
  succeeded: async () => {},
  forget: async () => {},
};

/**
 * @param rateLimits null switches throttling off (`LOGIN_THROTTLE=off`)
 * @param limitReached called for each attempt that one of the account's own limits refuses
 */
export function createSignInThrottle(
  rateLimits: RateLimitStore | null,
  limitReached: (attempt: Attempt) => void = () => undefined,
): SignInThrottle {
  if (rateLimits === null) return off;
  const limiter = (name: keyof typeof limits) => rateLimits.createLimiter(`sign-in-${name}`, limits[name]);
  const account = limiter("account");
  const everywhere = limiter("everywhere");
  const known = limiter("known");
  const address = limiter("address");
  const accountQueue = createAttemptQueue(queueLimits.account);
  const addressQueue = createAttemptQueue(queueLimits.address);

  return {
    async queue(attempt, make) {
      // An attempt from a known browser does not wait for others from its address.
      const makeQueued =
        attempt.knownBrowser === undefined ? () => addressQueue.run(network(attempt.address), make) : make;
      try {
        return await accountQueue.run(accountKey(attempt), makeQueued);
      } catch (error) {
        if (error instanceof TooManyWaiting) return { allowed: false, retryInSeconds: 1 };
        throw error;
      }
    },
    async count(attempt) {
      const { knownBrowser } = attempt;
      // Narrow counter first: otherwise one address could use up the limit of an account, or one account that of an
      // office.
      const narrow = { consume: () => account.consume(accountKey(attempt)), isOfAccount: true };
      const counters =
        knownBrowser === undefined
          ? [
              narrow,
              { consume: () => address.consume(network(attempt.address)), isOfAccount: false },
              { consume: () => everywhere.consume(counted(attempt)), isOfAccount: true },
            ]
          : [narrow, { consume: () => known.consume(counted(attempt)), isOfAccount: true }];
      for (const { consume, isOfAccount } of counters) {
        const retryInSeconds = await consume();
        if (retryInSeconds === 0) continue;
        if (isOfAccount) limitReached(attempt);
        return { allowed: false, retryInSeconds };
      }
      return { allowed: true };
    },
    async succeeded(attempt) {
      await Promise.all([
        account.reset(accountKey(attempt)),
        ...(attempt.knownBrowser === undefined
          ? [everywhere.reset(counted(attempt)), address.reward(network(attempt.address))]
          : [known.reset(counted(attempt))]),
      ]);
    },
    async forget(attempt) {
      const keys = new Set([accountKey(attempt), accountKey({ ...attempt, knownBrowser: undefined })]);
      await Promise.all([
        ...[...keys].map((key) => account.reset(key)),
        everywhere.reset(counted(attempt)),
        known.reset(counted(attempt)),
      ]);
    },
  };
}

function accountKey(attempt: Attempt): string {
  const { address, knownBrowser } = attempt;
  return `${counted(attempt)}:${knownBrowser === undefined ? network(address) : digest(knownBrowser)}`;
}

/** Nobody can type the prefix, so no typed user name uses up the counters of a second step. */
function counted({ identifier, account }: Attempt): string {
  return account === undefined ? digest(identifier) : `step:${digest(identifier)}`;
}

/** Hashes the typed user name, which may be a password typed into the wrong field. */
function digest(text: string): string {
  return createHash("sha256").update(text.trim().toLowerCase()).digest("hex").slice(0, 32);
}

/**
 * Network of a household or an office: the unit that is throttled.
 *
 * @param address in any notation
 * @returns an IPv4 address as it is, or the first 64 bits of an IPv6 address
 */
export function network(address: string): string {
  if (!address.includes(":")) return address;
  const [before = [], after = []] = address.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  const groups = [...before, ...zeros, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16));
  return `${groups.map((group) => group.toString(16)).join(":")}::/64`;
}
