import type { Person } from "./central-session-store.ts";
import type { MakeRecord } from "./change-record.ts";
import type { LastWay, RemovalPolicy } from "./ways-in.ts";

/** Most passkeys of a user. */
export const mostPasskeys = 25;

/** A public key that signs the user in. Its private half never leaves the user's authenticator. */
export interface Passkey {
  /** Credential id, base64url. */
  readonly id: string;
  readonly personId: string;
  /** The user's name for it. */
  readonly name: string;
  /** COSE key. @see RFC 9052, section 7 */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** Signature counter of the last use; 0 if the authenticator has none. */
  readonly counter: number;
  /** Hints for the browser, such as `internal` or `usb`. */
  readonly transports: readonly string[];
  /** Model of the authenticator, a UUID; zeros if it does not tell. */
  readonly aaguid: string;
  /** The key may be copied to other devices of the user. */
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export type NewPasskey = Omit<Passkey, "createdAt" | "lastUsedAt">;

export type PasskeyAddition =
  | "added"
  /** The user had no recovery codes, and has those that came with it. */
  | "added-with-codes"
  /** The credential id is registered already. */
  | "known-already"
  /** The user has `mostPasskeys`. */
  | "too-many";

export type PasskeyRemoval =
  | "removed"
  /** The user has no such passkey. */
  | "gone"
  | LastWay;

/** Passkeys of the users. @see https://www.w3.org/TR/webauthn-3/#sctn-credential-storage-modality */
export interface PasskeyStore {
  /**
   * Adds a passkey, and `recoveryCodes` unless the user has some, in one transaction: unless they are empty, no factor is
   * without a way to replace it.
   *
   * @throws PersonGone if the user is disabled or removed
   */
  add(
    passkey: NewPasskey,
    recoveryCodes: readonly string[],
    record: MakeRecord<Extract<PasskeyAddition, `added${string}`>>,
  ): Promise<PasskeyAddition>;
  find(id: string): Promise<Passkey | null>;
  /** Finds a passkey with its user, in one statement. */
  findForSignIn(id: string): Promise<{ readonly passkey: Passkey; readonly person: Person } | null>;
  /** Newest first. */
  listOf(personId: string): Promise<readonly Passkey[]>;
  /**
   * Records a use with the counter and backup state of its assertion, in one conditional statement: of concurrent uses with
   * one counter, exactly one succeeds.
   *
   * @returns false if the counter did not grow (and is not 0 throughout), which indicates a cloned authenticator; or if
   *   the passkey was removed
   * @see https://www.w3.org/TR/webauthn-3/#sctn-sign-counter
   */
  recordUse(id: string, use: { readonly counter: number; readonly backedUp: boolean }): Promise<boolean>;
  /** @returns false if the user has no such passkey, or is disabled */
  rename(passkey: Pick<Passkey, "id" | "personId" | "name">, record: MakeRecord): Promise<boolean>;
  /**
   * Removes a passkey unless the user could not sign in without it; with the last factor the recovery codes go too.
   */
  remove(
    passkey: Pick<Passkey, "id" | "personId">,
    policy: RemovalPolicy,
    record: MakeRecord<Pick<Passkey, "name">>,
  ): Promise<PasskeyRemoval>;
}
