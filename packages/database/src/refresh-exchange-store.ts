/** State of the exchange of a refresh token for the next one. */
export type RefreshExchange =
  /** This caller may exchange the token; pass `at` to `finish`. */
  | { readonly state: "begun"; readonly at: Date }
  /** Another caller began less than two seconds ago. */
  | { readonly state: "under-way" }
  /** Exchanged less than ten seconds ago, with this answer. */
  | { readonly state: "answered"; readonly answer: string }
  /** Exchanged earlier: reuse. */
  | { readonly state: "consumed" };

/**
 * Exchanges of refresh tokens, which can be used once. A client that lost the answer may retry within ten seconds and gets
 * the same answer. An answer is stored before it is sent; if a process began and did not finish within two seconds (it was
 * killed), nobody received an answer, and another caller may begin.
 *
 * @see RFC 9700, section 4.14.2
 */
export interface RefreshExchangeStore {
  begin(refreshToken: string): Promise<RefreshExchange>;
  /**
   * @param answer encrypted with a key that is not stored
   * @returns false if another caller has begun meanwhile; the answer must not be sent
   */
  finish(refreshToken: string, at: Date, answer: string): Promise<boolean>;
  /** Deletes answers older than ten seconds; returns how many. */
  sweep(limit: number): Promise<number>;
}
