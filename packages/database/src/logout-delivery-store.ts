/** A message to one site that one of its sign-ins is over. */
export interface LogoutDelivery {
  readonly id: string;
  readonly siteId: string;
  readonly service: string;
  /** The ticket the site was given; it knows the sign-in by it. */
  readonly sessionIndex: string;
  /** How often it was tried before, 0 at first. */
  readonly attempts: number;
}

/** How one attempt went. */
export interface DeliveryOutcome {
  readonly delivered: boolean;
  /** For the operator and the account page: `200`, `timeout`, `refused` … at most 200 characters. */
  readonly detail: string;
  readonly milliseconds: number;
  /** Seconds until the next attempt; absent: delivered or given up. */
  readonly retryInSeconds?: number | undefined;
}

/** How much of what a dispatcher has under way may be of one site. */
export interface SiteShare {
  readonly most: number;
  /** The site of each delivery that the dispatcher has under way. */
  readonly underWay: readonly string[];
}

/** The outbox of single logout: written by the statement that ends a session, emptied by the dispatcher. */
export interface LogoutDeliveryStore {
  /**
   * Claims up to `limit` due deliveries for `leaseSeconds`; another process does not get them meanwhile.
   *
   * @param sites leaves room for other sites; left out: one site may have all
   */
  claim(limit: number, leaseSeconds: number, sites?: SiteShare): Promise<readonly LogoutDelivery[]>;
  /** Writes how an attempt went. */
  record(id: string, outcome: DeliveryOutcome): Promise<void>;
  /** Deliveries of a session, for the signed-out page and the account page. */
  listOf(sessionId: string): Promise<
    readonly {
      readonly siteId: string;
      readonly service: string;
      readonly sessionIndex: string;
      readonly state: "pending" | "delivered" | "given-up";
      readonly detail: string;
      readonly milliseconds: number | null;
    }[]
  >;
  /** Deletes what was settled more than a day ago; returns how many. */
  sweep(limit: number): Promise<number>;
}
