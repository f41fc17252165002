/** Attempts that a limiter allows. */
export interface RateLimit {
  readonly points: number;
  /** Seconds after the first attempt until all points are available again. */
  readonly duration: number;
}

/** Counts attempts by key. */
export interface RateLimiter {
  /**
   * Counts one attempt.
   *
   * @returns 0 if it is allowed, otherwise the seconds to wait
   */
  consume(key: string): Promise<number>;
  /** Gives one attempt back. */
  reward(key: string): Promise<void>;
  /** Gives all attempts back. */
  reset(key: string): Promise<void>;
}

/** Counters of attempts, shared by every process on the same database. */
export interface RateLimitStore {
  /** @param name separates its keys from those of other limiters */
  createLimiter(name: string, limit: RateLimit): RateLimiter;
  /** Deletes counters that expired an hour ago; returns how many. */
  sweep(limit: number): Promise<number>;
}
