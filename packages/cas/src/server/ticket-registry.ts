/** The user whom a ticket identifies, as known to the central session when the ticket is consumed. */
export interface Principal {
  /** Username. */
  readonly user: string;
  /** All attributes; the site's registration decides which are released. */
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
  /** Time of the last authentication. */
  readonly authenticationDate: Date;
  /** The central session was started with "remember me". */
  readonly longTerm: boolean;
}

/** An issued service or proxy ticket. */
export interface ServiceTicket {
  /** `ST-…` or `PT-…`, only `A–Z a–z 0–9 -`. A registry stores its hash only. */
  readonly id: string;
  /** The service that the ticket is bound to: `Service.normalForm`. */
  readonly service: string;
  /** The registered site that the service belongs to. */
  readonly siteId: string;
  /** The central session it was issued from. */
  readonly sessionId: string;
  /** Primary credentials were presented for this ticket (not single sign-on). */
  readonly fromNewLogin: boolean;
  /** Callback addresses of the proxies between user and site, the latest first; empty for `ST-…`. */
  readonly proxies: readonly string[];
  /** Life in seconds, at most 300. */
  readonly lifeSeconds: number;
}

/** Outcome of consuming a ticket. The ticket is used up by every outcome. */
export type ConsumeResult =
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
 * Stores tickets from issue to validation. Contract tests: `ticket-registry-laws.ts`.
 *
 * @see CAS protocol 3.0.3, section 3.1
 */
export interface TicketRegistry {
  /** Stores a ticket until it is consumed or expires. */
  issue(ticket: ServiceTicket): Promise<void>;
  /**
   * Consumes a ticket: one attempt, whether or not it succeeds. Of concurrent attempts exactly one finds the ticket.
   *
   * A valid attempt also makes the site a participant of the central session under the ticket's id, in the same step, so
   * that single logout knows every site session.
   *
   * @param id the ticket as presented
   * @param conditions.service the service presented with it, in normal form
   * @param conditions.renew accept only a ticket from primary credentials
   */
  consume(
    id: string,
    conditions: { readonly service: string; readonly renew: boolean },
  ): Promise<ConsumeResult>;
}
