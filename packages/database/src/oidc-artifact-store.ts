import type { AuditEvent } from "./audit-event-store.ts";
import type { CentralSession, Person } from "./central-session-store.ts";

/** A record of oidc-provider: a code, a token, a grant, a flow in progress. */
export interface OidcArtifact {
  /** Its class: `AuthorizationCode`, `AccessToken`, `RefreshToken`, `Grant`, `Interaction`, `DeviceCode` … */
  readonly kind: string;
  /** oidc-provider's payload without the id, which is secret and stored as a hash. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly personId?: string | undefined;
  readonly clientId?: string | undefined;
  /** The grant that it ends with. */
  readonly grantId?: string | undefined;
  /** The user code of a device code. */
  readonly userCode?: string | undefined;
  /** The central session it ends with (`uid`). */
  readonly sessionUid?: string | undefined;
  readonly lifeSeconds: number;
}

/** A valid artifact. */
export interface FoundArtifact {
  readonly payload: Readonly<Record<string, unknown>>;
  /** Time of consumption; `null` if unused. */
  readonly consumedAt: Date | null;
  readonly createdAt: Date;
  /** Payload of its grant, read by the same statement; `null` if it has none. */
  readonly grant: Readonly<Record<string, unknown>> | null;
  readonly session: CentralSession | null;
  readonly person: Person | null;
}

/** A client's grant, as oidc-provider stores it. */
export interface GrantInUse {
  readonly clientId: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly since: Date;
  /** Time of its latest refresh token; `null` if none was issued. */
  readonly refreshedAt: Date | null;
}

/** Keys by which an artifact can be found. */
export interface ArtifactName {
  readonly kind: string;
  readonly id: string;
}

/**
 * Codes, tokens and grants. Lookups return valid ones only: not expired, with grant and session if they have any, and of a
 * user who is not disabled. A revocation therefore takes effect on the next call.
 *
 * @see RFC 6749, sections 4.1.2 and 10.5
 */
export interface OidcArtifactStore {
  upsert(id: string, artifact: OidcArtifact): Promise<void>;
  /** Replaces payload and life. @returns false if it is gone */
  change(id: string, artifact: OidcArtifact): Promise<boolean>;
  /** @returns false if it exists and has not expired */
  add(id: string, artifact: OidcArtifact): Promise<boolean>;
  /** Concurrent lookups share one statement. */
  find(kind: string, id: string): Promise<FoundArtifact | null>;
  /** Finds a device code by its user code; the returned id can be passed to the other methods. */
  findByUserCode(userCode: string): Promise<(FoundArtifact & { readonly id: string }) | null>;
  /** @returns false if it was consumed before or is gone */
  consume(kind: string, id: string): Promise<boolean>;
  /**
   * Consumes an artifact and stores its successors in one statement. A second attempt stores nothing and deletes the grant,
   * and with it all that the first attempt stored.
   *
   * @param consumed `null`: store only
   * @param event recorded in the audit trail if the successors are stored
   * @returns false if it was consumed before or is gone
   */
  consumeAndKeep(
    consumed: ArtifactName | null,
    kept: readonly { readonly id: string; readonly artifact: OidcArtifact }[],
    event?: AuditEvent,
  ): Promise<boolean>;
  /** @returns false if there was none */
  destroy(kind: string, id: string): Promise<boolean>;
  /**
   * A user's usable grants: those of valid sessions, and those with a refresh token. Latest first.
   *
   * @param held ids of grants of the user's valid sessions
   */
  grantsInUse(personId: string, held: readonly string[]): Promise<readonly GrantInUse[]>;
  /** Deletes all artifacts of one kind of a grant; the grant stays. */
  revokeByGrant(kind: string, grantId: string): Promise<void>;
  /** Deletes artifacts that expired an hour ago; returns how many. */
  sweep(limit: number): Promise<number>;
}
