import type { OidcClientSession } from "./central-session-store.ts";
import type { Consent } from "./consent-store.ts";
import type { ArtifactName, OidcArtifact } from "./oidc-artifact-store.ts";

/** A user's answer to a question, with its effects. */
export interface Decision {
  /** The question: a flow (`Interaction`), or a waiting device (`DeviceCode`). */
  readonly question: ArtifactName;
  /** Added to the payload of the question, and what that stands on from now on. */
  readonly answer: Pick<OidcArtifact, "payload" | "personId" | "grantId" | "sessionUid">;
  /** Absent: she said no, or was not asked to allow anything. */
  readonly allowed?: Allowed | undefined;
}

/** Permissions granted to a site. */
export interface Allowed {
  readonly personId: string;
  readonly grant: NewGrant | ChangedGrant;
  /** Permissions that outlive the session; absent: none. */
  readonly consent?: ConsentChange | undefined;
  /** The session that knows the grant as its own with the client, which takes part in it where it has a `sid`. */
  readonly joins?: {
    readonly sessionId: string;
    readonly clientId: string;
    readonly client: OidcClientSession;
    /** The grant that the session had with it when she was asked. With another by now nothing is written. */
    readonly grantBefore: string | undefined;
  };
}

interface NewGrant {
  readonly id: string;
  readonly artifact: OidcArtifact;
}

/** If it is not there any more she has taken it back. */
interface ChangedGrant {
  readonly id: string;
  /**
   * Asked once no other answer of hers can change the grant, with what that is then. Other tabs may have added to it
   * since she was asked. May not ask the database: a connection is held meanwhile.
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
   * Writes an answer and all that comes of it in one transaction: of any number of answers one stands, the others
   * leave nothing behind, and after a kill all of it is there or nothing.
   *
   * @returns false when it was answered already or is gone, when the grant that it adds to is gone, or when
   * the session has ended or has been given another grant
   * @see RFC 8628, section 3.3
   */
  decide(decision: Decision): Promise<boolean>;
}
