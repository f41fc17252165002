import type { AuditEvent } from "./audit-event-store.ts";
import type { OidcClientSession } from "./central-session-store.ts";
import type { Consent } from "./consent-store.ts";
import type { ArtifactName, OidcArtifact } from "./oidc-artifact-store.ts";

/** A user's answer to a question, with its effects. */
export interface Decision {
  /** The question: a flow (`Interaction`), or a waiting device (`DeviceCode`). */
  readonly question: ArtifactName;
  /** Added to the payload of the question; the user, grant and session replace the question's own. */
  readonly answer: Pick<OidcArtifact, "payload" | "personId" | "grantId" | "sessionUid">;
  /** Absent: the user declined, or the question was not about permissions. */
  readonly allowed?: AllowedPermissions | undefined;
  /** Recorded in the audit trail if the decision is written. */
  readonly event?: AuditEvent | undefined;
}

/** Permissions granted to a site. */
export interface AllowedPermissions {
  readonly personId: string;
  readonly grant: NewGrant | ChangedGrant;
  /** Permissions that outlive the session; absent: none. */
  readonly consent?: ConsentChange | undefined;
  /** The session that holds the grant; with a `sid`, the client becomes a participant of its single logout. */
  readonly joins?: {
    readonly sessionId: string;
    readonly clientId: string;
    readonly client: OidcClientSession;
    /** The session's grant for the client when the user was asked. If it has changed since, nothing is written. */
    readonly grantBefore: string | undefined;
  };
}

interface NewGrant {
  readonly id: string;
  readonly artifact: OidcArtifact;
}

/** An existing grant; a missing one has been revoked. */
interface ChangedGrant {
  readonly id: string;
  /**
   * Computes the new grant from the present payload, under the user's lock; other tabs may have added to the grant since the
   * question. Must not use the database, because a connection is already held.
   */
  readonly change: (payload: OidcArtifact["payload"]) => Promise<OidcArtifact>;
}

/** Scopes outside the question stay allowed, and get the same end date as the new ones. */
export interface ConsentChange {
  readonly clientId: string;
  readonly asked: Pick<Consent, "scopes" | "resources">;
  readonly given: Pick<Consent, "scopes" | "resources">;
  /**
   * Seconds until the hub asks again; no grant of the site lives longer. `null`: only this time; the scopes asked about are
   * not remembered, and earlier ones keep their end date.
   */
  readonly lifeSeconds: number | null;
}

/** Stores users' decisions. A question is open until its answer names an account, a consent or an error. */
export interface DecisionStore {
  /**
   * Writes an answer with all its effects in one transaction. Of concurrent answers to a question exactly one is written.
   *
   * @returns false, having written nothing, if the question is answered or gone, the grant to change is gone, or the session
   * has ended or has another grant
   * @see RFC 8628, section 3.3
   */
  decide(decision: Decision): Promise<boolean>;
}
