/**
 * Waits that grow: `free` attempts pass at once. The last of them, and each one after it, makes the next one wait: one second at
 * first, then twice as long each time, up to `longestWait` seconds. The count is forgotten `forgottenAfter` seconds after the
 * last attempt.
 */
export interface GrowingWait {
  readonly free: number;
  readonly longestWait: number;
  readonly forgottenAfter: number;
}

/** At most `most` attempts within `within` seconds after the first one; further ones wait until that time is over. */
export interface Ceiling {
  readonly most: number;
  readonly within: number;
}

export type AttemptLimit = GrowingWait | Ceiling;

/** A counter of attempts. It exists from the first attempt on. */
export interface AttemptCounter {
  /** Names what is counted. The same key always has the same limit. */
  readonly key: string;
  readonly limit: AttemptLimit;
}

export interface CountedAttempt {
  /** Attempts that this counter holds now. */
  readonly attempts: number;
  /** Seconds for which this counter refuses the attempt; 0 if it does not. */
  readonly wait: number;
}

/**
 * Counters of attempts, shared by every process on the same database. They count in real time: a clock that a test moves
 * does not shorten a wait.
 */
export interface AttemptCounterStore {
  /**
   * Counts one attempt in all counters, or in none if one of them refuses it. Of concurrent attempts no more pass than if
   * they came one after the other.
   *
   * @param counters at least one, with different keys
   * @returns the state of each counter, in the same order. The attempt was counted if and only if each wait is 0
   */
  count(counters: readonly AttemptCounter[]): Promise<readonly CountedAttempt[]>;
  /**
   * Takes back an attempt that turned out to be right.
   *
   * @param keys.forget counters to reset
   * @param keys.giveBack counters, of ceilings only, to decrease by one attempt
   */
  takeBack(keys: {
    readonly forget: readonly string[];
    readonly giveBack?: readonly string[];
  }): Promise<void>;
  /** Deletes counters that were forgotten an hour ago; returns how many. */
  sweep(limit: number): Promise<number>;
}
