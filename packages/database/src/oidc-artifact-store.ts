import type { CentralSession, Person } from "./central-session-store.ts";

/** Something oidc-provider keeps: a code, a token, a grant, a flow that is under way. */
export interface OidcArtifact {
  /** Its class: `AuthorizationCode`, `AccessToken`, `RefreshToken`, `Grant`, `Interaction`, `DeviceCode` … */
  readonly kind: string;
  /** oidc-provider's payload without the id, which is a secret: a copy of the store reveals no usable id. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly personId?: string | undefined;
  readonly clientId?: string | undefined;
  /** The grant it stands on; with it, it is gone. */
  readonly grantId?: string | undefined;
  /** The user code of a device code. */
  readonly userCode?: string | undefined;
  /** The central session it ends with (`uid`). */
  readonly sessionUid?: string | undefined;
  readonly lifeSeconds: number;
}

/** One found again. */
export interface FoundArtifact {
  readonly payload: Readonly<Record<string, unknown>>;
  /** When it was spent; `null`: not yet. */
  readonly consumedAt: Date | null;
  /** When it was first kept. */
  readonly createdAt: Date;
  /** Its grant, read at the same moment; `null`: it has none, or the grant has ended. */
  readonly grant: Readonly<Record<string, unknown>> | null;
  readonly session: CentralSession | null;
  readonly person: Person | null;
}

/** A client's grant, as oidc-provider stores it. */
export interface GrantInUse {
  readonly clientId: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly since: Date;
  /** When its latest refresh token was issued; `null`: none was. */
  readonly refreshedAt: Date | null;
}

/** Keys by which an artifact can be found. */
export interface ArtifactName {
  readonly kind: string;
  readonly id: string;
}

/**
 * Codes, tokens and grants. What is found is alive: not past its life, its grant is there, its session lives, its
 * person is not disabled; so that taking something back stops the very next call.
 *
 * The laws are in `postgres-oidc-artifact-store.test.ts` and `postgres-oidc-artifact-life.test.ts`: of any number of
 * concurrent spends one wins, spent stays spent after a kill, ids are hashed.
 *
 * @see RFC 6749, sections 4.1.2 and 10.5
 */
export interface OidcArtifactStore {
  upsert(id: string, artifact: OidcArtifact): Promise<void>;
  /** A new payload and life for what is there. @returns false when it is gone */
  change(id: string, artifact: OidcArtifact): Promise<boolean>;
  /** @returns false when it is there already, and living */
  add(id: string, artifact: OidcArtifact): Promise<boolean>;
  /** Looks up several ids in one statement: a token's kind is found by trying each kind. */
  find(kind: string, id: string): Promise<FoundArtifact | null>;
  /** A device code by what the person typed, with the id under which it can be written again. */
  findByUserCode(userCode: string): Promise<(FoundArtifact & { readonly id: string }) | null>;
  /** @returns false when somebody was quicker, or it is gone */
  consume(kind: string, id: string): Promise<boolean>;
  /**
   * Spends one and keeps what came of it, in one statement: either both are there after a kill, or neither. Whoever
   * comes second keeps nothing, and ends what the first got, by the grant that it stands on.
   *
   * @param spent `null`: nothing is spent for it
   * @returns false when somebody was quicker, or it is gone
   */
  consumeAndKeep(
    spent: ArtifactName | null,
    kept: readonly { readonly id: string; readonly artifact: OidcArtifact }[],
  ): Promise<boolean>;
  /** @returns false when it was gone already */
  destroy(kind: string, id: string): Promise<boolean>;
  /**
   * A user's usable grants: those of valid sessions, and those with a refresh token. Latest first.
   *
   * @param held ids of grants of the user's valid sessions
   */
  grantsInUse(personId: string, held: readonly string[]): Promise<readonly GrantInUse[]>;
  /** Deletes everything of one kind that stands on a grant; the grant stays. */
  revokeByGrant(kind: string, grantId: string): Promise<void>;
  /** Deletes what is past its life; returns how many. */
  sweep(limit: number): Promise<number>;
}
