import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import type { Pool } from "./postgres-connection.ts";
import type { RateLimit, RateLimiter, RateLimitStore } from "./rate-limit-store.ts";
import { sweepStatement } from "./sweep-statement.ts";

// The only file that imports rate-limiter-flexible.

/** Real time, as the library counts: the hub's clock does not move these counters. */
const sweepExpired = sweepStatement(
  "rate_limits",
  "expire < (1000 * extract(epoch FROM statement_timestamp() - interval '1 hour'))::bigint",
);

/** Counters in the table `rate_limits`, one statement for each attempt. */
export class PostgresRateLimitStore implements RateLimitStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  createLimiter(name: string, limit: RateLimit): RateLimiter {
    const limiter = new RateLimiterPostgres({
      storeClient: this.#pool,
      storeType: "pool",
      tableName: "rate_limits",
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: name,
      ...limit,
    });
    return {
      consume: (key) => consume(limiter, key),
      reward: async (key) => {
        await limiter.reward(key);
      },
      reset: async (key) => {
        await limiter.delete(key);
      },
    };
  }

  async sweep(limit: number): Promise<number> {
    return (await this.#pool.query(sweepExpired, [limit])).rowCount ?? 0;
  }
}

async function consume(limiter: RateLimiterPostgres, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return 0;
  } catch (refused) {
    // An error of the database must not let an attempt through.
    if (!(refused instanceof RateLimiterRes)) throw refused;
    return Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
  }
}
