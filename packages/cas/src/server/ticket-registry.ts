/** Who a ticket speaks for, as the central session knows the person when the ticket is spent. */
export interface Principal {
  /** What CAS calls the user: the name a person signs in with. */
  readonly user: string;
  /** Everything that may be released; which of it is, the site's registration decides. */
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
  /** When the person last proved who she is. */
  readonly authenticationDate: Date;
  /** The central session was started with "remember me". */
  readonly longTerm: boolean;
}

/** A service or proxy ticket that waits to be spent. */
export interface ServiceTicket {
  /** `ST-…` or `PT-…`, only `A–Z a–z 0–9 -`. A registry keeps its hash alone. */
  readonly id: string;
  /** The service that the ticket is bound to: `Service.normalForm`. */
  readonly service: string;
  /** The registered site that the service belongs to. */
  readonly siteId: string;
  /** The central session it was issued from. */
  readonly sessionId: string;
  /** Primary credentials were presented for this ticket (not single sign-on). */
  readonly fromNewLogin: boolean;
  /** Callback addresses of the proxies between the person and the site, the latest first; none for `ST-…`. */
  readonly proxies: readonly string[];
  /** Life in seconds, at most 300. */
  readonly lifeSeconds: number;
}

/** What spending a ticket came to. In every case but `unknown` the ticket is gone afterwards. */
export type Spent =
  | {
      readonly outcome: "valid";
      readonly siteId: string;
      readonly sessionId: string;
      readonly fromNewLogin: boolean;
      readonly proxies: readonly string[];
      readonly principal: Principal;
    }
  | { readonly outcome: "unknown" | "expired" | "other-service" | "not-from-credentials" | "session-ended" };

/**
 * Remembers tickets between their issue and their one use.
 *
 * The laws every store keeps are in `ticket-registry-laws.ts`: of any number of
 * concurrent spends one wins, spent stays spent, a wrong service burns the ticket.
 *
 * @see CAS protocol 3.0.3, section 3.1
 */
export interface TicketRegistry {
  /** Keeps a ticket until it is spent or its life is over. */
  issue(ticket: ServiceTicket): Promise<void>;
  /**
   * Spends a ticket: one attempt, whether or not it succeeds.
   *
   * A valid spend also makes the site a participant of the central session under
   * the ticket's id, in the same step, so that no site can hold a sign-in that
   * single logout does not know of.
   *
   * @param id the ticket as presented
   * @param conditions.service the service presented with it, in normal form
   * @param conditions.renew only a ticket from primary credentials will do
   */
  consume(id: string, conditions: { readonly service: string; readonly renew: boolean }): Promise<Spent>;
}
