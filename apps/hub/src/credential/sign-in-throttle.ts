/** Slows down guessing without letting a stranger lock a person out. */
import { createHash } from "node:crypto";
import type { RateLimitStore } from "@gatehouse/database";
import { network } from "./network.ts";
import { createTurns, TooManyWaiting } from "./turns.ts";

/** An attempt to sign in, as known before the password check. */
export interface Attempt {
  /** The typed user name, known or not. */
  readonly identifier: string;
  readonly address: string;
  /** Id of a browser that this person signed in with before, `undefined` for any other. */
  readonly knownBrowser: string | undefined;
}

/** Has to wait. */
export interface Throttled {
  readonly allowed: false;
  readonly retryInSeconds: number;
}

export interface SignInThrottle {
  /**
   * Lets attempts on one account from one place be made one after the other: until it is known that an attempt was
   * right it counts as wrong, and a program that signs in twenty times at once would use up what is for guesses.
   *
   * @param make takes an attempt, looks at the password, and gives back what was right
   */
  inTurn<Result>(attempt: Attempt, make: () => Promise<Result>): Promise<Result | Throttled>;
  /** Takes one attempt before the password is looked at, so that attempts at once cannot slip by. */
  take(attempt: Attempt): Promise<{ readonly allowed: true } | Throttled>;
  /** The attempt was right: what it took is given back. */
  succeeded(attempt: Attempt): Promise<void>;
}

/**
 * Three counters of failed attempts. A browser she has used before has one of its own, so that whoever
 * spends the others cannot keep her out (docs/decisions/0008). 100 an account is NIST's ceiling.
 *
 * @see NIST SP 800-63B-4, section 3.2.2
 */
const limits = {
  /** One account from one address, or from one known browser. */
  account: { points: 10, duration: 15 * 60 },
  /** One account from everywhere. */
  everywhere: { points: 100, duration: 24 * 3600 },
  /** Every account from one address. */
  address: { points: 100, duration: 15 * 60 },
} as const;

/** At once in one process; far fewer than the counters hold, so that several hubs beside each other stay below too. */
const turns = {
  account: { atOnce: 1, waiting: 500 },
  address: { atOnce: 16, waiting: 500 },
} as const;

const off: SignInThrottle = {
  inTurn: (_, make) => make(),
  take: async () => ({ allowed: true }),
  succeeded: async () => {},
};

/** @param rateLimits null switches throttling off (`LOGIN_THROTTLE=off`) */
export function createSignInThrottle(rateLimits: RateLimitStore | null): SignInThrottle {
  if (rateLimits === null) return off;
  const limiter = (name: keyof typeof limits) => rateLimits.createLimiter(`sign-in-${name}`, limits[name]);
  const account = limiter("account");
  const everywhere = limiter("everywhere");
  const address = limiter("address");
  const accountTurns = createTurns(turns.account);
  const addressTurns = createTurns(turns.address);

  return {
    async inTurn(attempt, make) {
      // A browser she used before is not counted by its address.
      const makeInTurn =
        attempt.knownBrowser === undefined ? () => addressTurns.take(network(attempt.address), make) : make;
      try {
        return await accountTurns.take(accountKey(attempt), makeInTurn);
      } catch (error) {
        if (error instanceof TooManyWaiting) return { allowed: false, retryInSeconds: 1 };
        throw error;
      }
    },
    async take(attempt) {
      const { identifier, knownBrowser } = attempt;
      // The narrow counter first: what it refuses uses up nothing wider, else one address could spend the
      // ceiling of an account, or one account that of an office.
      const counters = [
        () => account.consume(accountKey(attempt)),
        () => address.consume(network(attempt.address)),
        () => everywhere.consume(digest(identifier)),
      ];
      for (const counter of knownBrowser === undefined ? counters : counters.slice(0, 1)) {
        const retryInSeconds = await counter();
        if (retryInSeconds > 0) return { allowed: false, retryInSeconds };
      }
      return { allowed: true };
    },
    async succeeded(attempt) {
      await Promise.all([
        account.reset(accountKey(attempt)),
        ...(attempt.knownBrowser === undefined
          ? [everywhere.reset(digest(attempt.identifier)), address.reward(network(attempt.address))]
          : []),
      ]);
    },
  };
}

function accountKey({ identifier, address, knownBrowser }: Attempt): string {
  return `${digest(identifier)}:${knownBrowser === undefined ? network(address) : digest(knownBrowser)}`;
}

/** What people type as user name may be a password typed into the wrong field: not kept as it is. */
function digest(text: string): string {
  return createHash("sha256").update(text.trim().toLowerCase()).digest("hex").slice(0, 32);
}
