import type { CentralSession, Person } from "./central-session-store.ts";
import type { ChangeRecord, MakeRecord } from "./change-record.ts";
import type { UpstreamAccount } from "./upstream-account-store.ts";

/** A sign-in that lacks a factor. */
export interface PendingSignIn {
  readonly person: Person;
  /** Methods so far. @see RFC 8176, section 2 */
  readonly amr: readonly string[];
  /** "Keep me signed in". */
  readonly longTerm: boolean;
  /** The user must choose another password: a factor leads to the page for it, and starts no session. */
  readonly mustChange: boolean;
}

/** Beginning of the sign-in that a factor completes: a pending sign-in, or a session that is too weak (step-up). */
export type BegunSignIn = { readonly pendingToken: string } | { readonly sessionToken: string };

/** Proof of the factor, consumed with the beginning of the sign-in. */
export type FactorProof =
  /** Time step of a right code, and the secret that it was computed with, as stored. */
  | { readonly kind: "code"; readonly step: number; readonly sealed: string }
  | { readonly kind: "recovery-code"; readonly code: string; readonly record: MakeRecord }
  /** The caller has verified and consumed it, such as the challenge of a passkey. */
  | { readonly kind: "consumed" };

/**
 * Sign-ins that lack a factor, stored as hashes. A pending sign-in is never a session. It is void once its user is disabled
 * or removed, or has changed the password.
 */
export interface PendingSignInStore {
  /**
   * @param pending.provedSecondsAgo age of the first proof, in seconds
   * @param pending.passwordHash hash that the password was verified against; absent: no password was
   * @param pending.upstreamAccount account at another provider that proved the user; absent: none did
   * @param pending.record audit event and mail, written in the same transaction; absent: none
   * @returns false: the user is disabled or removed, has changed the password, or has disconnected the account
   */
  create(pending: {
    readonly token: string;
    readonly personId: string;
    readonly amr: readonly string[];
    readonly longTerm: boolean;
    readonly provedSecondsAgo: number;
    readonly lifeSeconds: number;
    readonly passwordHash?: string | undefined;
    readonly upstreamAccount?: UpstreamAccount | undefined;
    readonly record?: ChangeRecord | undefined;
  }): Promise<boolean>;
  /** Reads without consuming. */
  find(token: string): Promise<PendingSignIn | null>;
  /**
   * Consumes the proof and the beginning of the sign-in, and starts a session, in one statement. The session counts as
   * authenticated at the time of the first proof. After a step-up it ends when the weaker one would have ended.
   *
   * @param complete.personId user to whom the proof belongs; the beginning must belong to the same user
   * @param complete.amr methods of the whole sign-in
   * @param complete.previousToken session token that the browser sent, if any
   * @returns `null`: nothing started, because the proof was used before or is wrong, or the beginning is void
   */
  complete(complete: {
    readonly from: BegunSignIn;
    readonly personId: string;
    readonly proof: FactorProof;
    readonly amr: readonly string[];
    readonly token: string;
    readonly previousToken: string | undefined;
    readonly userAgent: string;
    readonly address: string;
    readonly askBefore: boolean;
  }): Promise<CentralSession | null>;
  /**
   * Consumes the proof of a factor, and stores the methods in the pending sign-in of a user who must change the password.
   *
   * @param prove.amr all methods so far, the factor's included
   * @returns false: the proof was used before or is wrong, or the pending sign-in is void
   */
  addFactor(prove: {
    readonly pendingToken: string;
    readonly personId: string;
    readonly proof: FactorProof;
    readonly amr: readonly string[];
  }): Promise<boolean>;
  /** Deletes one; a later use finds nothing. */
  remove(token: string): Promise<void>;
  /** Deletes expired rows; returns how many. */
  sweep(limit: number): Promise<number>;
}
