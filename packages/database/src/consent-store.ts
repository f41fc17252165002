/** A user's consent to a site, beyond one session. */
export interface Consent {
  readonly personId: string;
  readonly clientId: string;
  /** Of the hub's own: `profile`, `email` … */
  readonly scopes: readonly string[];
  /** Of APIs, by their address. */
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

/** One found again. */
export interface FoundConsent extends Consent {
  readonly givenAt: Date;
  readonly expiresAt: Date;
  /** When which API last heard of it, by its address; at most a minute behind the truth. */
  readonly uses: Readonly<Record<string, Date>>;
}

/** Consents of users to sites; `DecisionStore` writes decisions. Revoking one ends every token issued from it, at once. */
export interface ConsentStore {
  /** @returns `null` when there is none, or it has run out */
  find(personId: string, clientId: string): Promise<FoundConsent | null>;
  /** Latest first. */
  listOf(personId: string): Promise<readonly FoundConsent[]>;
  /** An API heard of it. */
  touch(personId: string, clientId: string, resource: string): Promise<void>;
  /**
   * Revokes the consent with all grants of the site, including those of one session, and so all codes and tokens.
   *
   * @returns false when there was nothing
   */
  takeBack(personId: string, clientId: string): Promise<boolean>;
  /** The same of every site, and of sites that she was not asked about. @returns how many she had allowed */
  takeBackAll(personId: string): Promise<number>;
  /** Deletes what has run out; returns how many. */
  sweep(limit: number): Promise<number>;
}
