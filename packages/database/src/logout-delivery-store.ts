/** A message to a site that one of its sessions has ended. */
export interface LogoutDelivery {
  readonly id: string;
  readonly siteId: string;
  readonly service: string;
  /** The service ticket by which the site knows the session. */
  readonly sessionIndex: string;
  /** Number of earlier attempts. */
  readonly attempts: number;
}

/** Result of one attempt. */
export interface DeliveryOutcome {
  readonly delivered: boolean;
  /** For the operator and the account page: `200`, `timeout`, `refused` … at most 200 characters. */
  readonly detail: string;
  readonly milliseconds: number;
  /** Seconds until the next attempt; absent: delivered or given up. */
  readonly retryInSeconds?: number | undefined;
}

/** Limits the concurrent deliveries to one site. */
export interface SiteShare {
  readonly most: number;
  /** Site of each delivery in progress. */
  readonly underWay: readonly string[];
}

/** Outbox of single logout: the statement that ends a session fills it, the dispatcher empties it. */
export interface LogoutDeliveryStore {
  /**
   * Claims up to `limit` due deliveries for `leaseSeconds`; until then no other process can claim them.
   *
   * @param sites limit per site; absent: one site may receive all
   */
  claim(limit: number, leaseSeconds: number, sites?: SiteShare): Promise<readonly LogoutDelivery[]>;
  /** Records the result of an attempt. */
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
  /** Deletes deliveries that succeeded or were given up more than a day ago; returns how many. */
  sweep(limit: number): Promise<number>;
}
