/** Entitles a site to request proxy tickets for a user while their central session lives. */
export interface ProxyGrantingTicket {
  /** `PGT-…`. A registry stores its hash only. */
  readonly id: string;
  /** The registered site that owns it. */
  readonly siteId: string;
  /** The central session it belongs to. */
  readonly sessionId: string;
  /** Callback addresses of the chain, the latest first: its own, then those of the proxies before it. */
  readonly proxies: readonly string[];
}

/**
 * Stores proxy-granting tickets while their central session lives; each can be used repeatedly. Contract tests:
 * `proxy-granting-ticket-registry-laws.ts`.
 *
 * @see CAS protocol 3.0.3, sections 3.3 and 2.3
 */
export interface ProxyGrantingTicketRegistry {
  /** Stores a ticket. @returns false, having stored nothing, if the session has ended */
  grant(ticket: ProxyGrantingTicket): Promise<boolean>;
  /** @returns `null` if the ticket is unknown or its session has ended */
  find(id: string): Promise<Omit<ProxyGrantingTicket, "id"> | null>;
}
