/** Counts in the database, for whatever is tried too often. The only place that imports the limiter. */
import type { Database } from "@gatehouse/database";
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";

/** So many in so many seconds. */
export interface Limit {
  readonly points: number;
  readonly duration: number;
}

/**
 * @param name what its keys begin with
 * @param options.clearsExpired deletes rows of all limiters that are over; one of them is enough
 */
export function createLimiter(
  pool: Database["pool"],
  name: string,
  limit: Limit,
  options: { readonly clearsExpired: boolean } = { clearsExpired: false },
): RateLimiterPostgres {
  return new RateLimiterPostgres({
    storeClient: pool,
    storeType: "pool",
    tableName: "rate_limits",
    tableCreated: true,
    clearExpiredByTimeout: options.clearsExpired,
    keyPrefix: name,
    ...limit,
  });
}

/** @returns 0 when allowed, else the seconds to wait */
export async function consume(limiter: RateLimiterPostgres, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return 0;
  } catch (refused) {
    // A limiter that cannot count must not let guessing through: anything but its answer is a failure.
    if (!(refused instanceof RateLimiterRes)) throw refused;
    return Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
  }
}

/** One household or office: an IPv4 address, or the first 64 bits of an IPv6 address, however it is written. */
export function network(address: string): string {
  if (!address.includes(":")) return address;
  const [before = [], after = []] = address.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  const groups = [...before, ...zeros, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16));
  return `${groups.map((group) => group.toString(16)).join(":")}::/64`;
}
