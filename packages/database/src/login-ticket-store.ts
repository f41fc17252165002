/** Remembers which login tickets were used. The ticket itself proves its age by its signature; here it becomes single-use. */
export interface LoginTicketStore {
  /**
   * Spends a login ticket; of any number of concurrent callers one gets `true`.
   *
   * @param lifeSeconds how long the ticket would still be good; it is remembered at least that long
   * @see CAS protocol 3.0.3, section 3.5.1
   */
  spend(id: string, lifeSeconds: number): Promise<boolean>;
  /** Forgets tickets that have expired by themselves; returns how many. */
  sweep(limit: number): Promise<number>;
}
