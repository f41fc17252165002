/** How an exchange of a refresh token for the next one stands. */
export type RefreshExchange =
  /** It is this caller's; `at` shows so when it is finished. */
  | { readonly state: "begun"; readonly at: Date }
  /** Somebody else's, a moment ago: soon it is answered, or to be begun anew. */
  | { readonly state: "under-way" }
  /** A few seconds ago, and with this. */
  | { readonly state: "answered"; readonly answer: string }
  /** Too long ago to be the same caller who has not heard the answer. */
  | { readonly state: "spent" };

/**
 * Refresh tokens are good once; but whoever lost the answer may ask again, within ten seconds, and gets the very same.
 * An answer is kept before it goes out. One that was never kept went to nobody: two seconds after a process began and
 * did not finish, killed perhaps, another may begin.
 *
 * The laws are in `postgres-refresh-exchange-store.test.ts`.
 *
 * @see RFC 9700, section 4.14.2
 */
export interface RefreshExchangeStore {
  begin(refreshToken: string): Promise<RefreshExchange>;
  /**
   * @param answer sealed by something that is not kept here
   * @returns false when it took so long that another has begun: nobody may hear of this answer
   */
  finish(refreshToken: string, at: Date, answer: string): Promise<boolean>;
  /** Forgets answers that nobody can ask for any more; returns how many. */
  sweep(limit: number): Promise<number>;
}
