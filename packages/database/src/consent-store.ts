import type { AuditActor, AuditEvent } from "./audit-event-store.ts";

/** A user's consent to a site, beyond one session. */
export interface Consent {
  readonly personId: string;
  readonly clientId: string;
  /** Scopes of the hub: `profile`, `email` … */
  readonly scopes: readonly string[];
  /** Scopes of APIs, by resource address. */
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

/** A stored consent. */
export interface FoundConsent extends Consent {
  readonly givenAt: Date;
  readonly expiresAt: Date;
  /** Time of each API's last use, by resource address; up to a minute late. */
  readonly uses: Readonly<Record<string, Date>>;
}

/** Consents of users to sites; `DecisionStore` writes decisions. Revoking one ends every token issued from it, at once. */
export interface ConsentStore {
  /** @returns `null` if there is none or it has expired */
  find(personId: string, clientId: string): Promise<FoundConsent | null>;
  /** Latest first. */
  listOf(personId: string): Promise<readonly FoundConsent[]>;
  /** Records that an API used the consent. */
  touch(personId: string, clientId: string, resource: string): Promise<void>;
  /**
   * Revokes the consent with all grants of the site, including those of one session, and so all codes and tokens.
   *
   * @param event recorded in the audit trail if there was one of them
   * @returns false if there was neither consent nor grant
   */
  revoke(personId: string, clientId: string, event?: AuditEvent): Promise<boolean>;
  /**
   * Revokes all consents and grants of a user, also grants without consent.
   *
   * @param by actor of the events, one for each site
   * @returns number of sites
   */
  revokeAll(personId: string, by: AuditActor): Promise<number>;
  /** Deletes expired consents; returns how many. */
  sweep(limit: number): Promise<number>;
}
