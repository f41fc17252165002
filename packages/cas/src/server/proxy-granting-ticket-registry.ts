/** What lets a site ask for proxy tickets in a person's name, as long as her central session lives. */
export interface ProxyGrantingTicket {
  /** `PGT-…`. A registry keeps its hash alone. */
  readonly id: string;
  /** The registered site that holds it. */
  readonly siteId: string;
  /** The central session it comes from and ends with. */
  readonly sessionId: string;
  /** Callback addresses of the chain, the latest first: its own, then those of the proxies before it. */
  readonly proxies: readonly string[];
}

/**
 * Remembers proxy-granting tickets as long as their central session lives.
 *
 * The laws every store keeps are in `proxy-granting-ticket-registry-laws.ts`: a ticket is good again and
 * again, is found while its session lives, and is dead with it at once.
 *
 * @see CAS protocol 3.0.3, sections 3.3 and 2.3
 */
export interface ProxyGrantingTicketRegistry {
  /** Keeps a ticket. @returns false when the session has ended meanwhile; then nothing is kept */
  grant(ticket: ProxyGrantingTicket): Promise<boolean>;
  /** @returns `null` for a ticket that is unknown or whose session has ended */
  find(id: string): Promise<Omit<ProxyGrantingTicket, "id"> | null>;
}
