/** Slows down guessing without letting a stranger lock a person out. The only place that imports the limiter. */
import { createHash } from "node:crypto";
import type { Database } from "@gatehouse/database";
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";

/** Who tries to sign in, as far as it can be told before the password is checked. */
export interface Attempt {
  /** What was typed as user name, known or not. */
  readonly identifier: string;
  readonly address: string;
  /** Id of a browser that this person signed in with before, `undefined` for any other. */
  readonly knownBrowser: string | undefined;
}

export interface SignInThrottle {
  /** Takes one attempt before the password is looked at, so that attempts at once cannot slip by. */
  take(
    attempt: Attempt,
  ): Promise<{ readonly allowed: true } | { readonly allowed: false; readonly retryInSeconds: number }>;
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

/** @param pool null switches throttling off (`LOGIN_THROTTLE=off`) */
export function createSignInThrottle(pool: Database["pool"] | null): SignInThrottle {
  if (pool === null) return { take: async () => ({ allowed: true }), succeeded: async () => {} };
  const limiter = (name: keyof typeof limits): RateLimiterPostgres =>
    new RateLimiterPostgres({
      storeClient: pool,
      storeType: "pool",
      tableName: "rate_limits",
      tableCreated: true,
      clearExpiredByTimeout: name === "account",
      keyPrefix: `sign-in-${name}`,
      ...limits[name],
    });
  const account = limiter("account");
  const everywhere = limiter("everywhere");
  const address = limiter("address");

  return {
    async take(attempt) {
      const { identifier, knownBrowser } = attempt;
      // The narrow counter first: what it refuses uses up nothing wider, else one address could spend the
      // ceiling of an account, or one account that of an office.
      const counters = [
        () => consume(account, accountKey(attempt)),
        () => consume(address, network(attempt.address)),
        () => consume(everywhere, digest(identifier)),
      ];
      for (const counter of knownBrowser === undefined ? counters : counters.slice(0, 1)) {
        const retryInSeconds = await counter();
        if (retryInSeconds > 0) return { allowed: false, retryInSeconds };
      }
      return { allowed: true };
    },
    async succeeded(attempt) {
      await Promise.all([
        account.delete(accountKey(attempt)),
        ...(attempt.knownBrowser === undefined
          ? [everywhere.delete(digest(attempt.identifier)), address.reward(network(attempt.address))]
          : []),
      ]);
    },
  };
}

/** @returns 0 when allowed, else the seconds to wait */
async function consume(limiter: RateLimiterPostgres, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return 0;
  } catch (refused) {
    // A limiter that cannot count must not let guessing through: anything but its answer is a failure.
    if (!(refused instanceof RateLimiterRes)) throw refused;
    return Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
  }
}

function accountKey({ identifier, address, knownBrowser }: Attempt): string {
  return `${digest(identifier)}:${knownBrowser === undefined ? network(address) : digest(knownBrowser)}`;
}

/** What people type as user name may be a password typed into the wrong field: not kept as it is. */
function digest(text: string): string {
  return createHash("sha256").update(text.trim().toLowerCase()).digest("hex").slice(0, 32);
}

/** One household or office: an IPv4 address, or the first 64 bits of an IPv6 address, however it is written. */
function network(address: string): string {
  if (!address.includes(":")) return address;
  const [before = [], after = []] = address.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  const groups = [...before, ...zeros, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16));
  return `${groups.map((group) => group.toString(16)).join(":")}::/64`;
}
