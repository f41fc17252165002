/** Makes login tickets single-use; their signature proves origin and age. */
export interface LoginTicketStore {
  /**
   * Uses up a login ticket; of concurrent callers exactly one gets `true`.
   *
   * @param lifeSeconds largest remaining life of the ticket. Its use is remembered for five minutes more, since the clocks
   *   of the hubs that issue and accept it may differ
   * @see CAS protocol 3.0.3, section 3.5.1
   */
  consume(id: string, lifeSeconds: number): Promise<boolean>;
  /** Deletes expired tickets; returns how many. */
  sweep(limit: number): Promise<number>;
}
