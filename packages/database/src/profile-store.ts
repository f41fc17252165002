import type { MakeRecord } from "./change-record.ts";
import type { DisconnectedApps } from "./disconnected-apps.ts";

/** Ways in which a user can sign in, without their secrets. */
export interface SignInMethods {
  /** `null`: no password. */
  readonly password: { readonly changedAt: Date } | null;
}

/** A user's picture. */
export interface Picture {
  readonly type: "image/png" | "image/jpeg" | "image/webp";
  readonly bytes: Uint8Array;
}

/** A user's own data, as the account area shows, changes, exports and deletes it. */
export interface ProfileStore {
  signInMethodsOf(personId: string): Promise<SignInMethods>;
  rename(personId: string, name: string, record: MakeRecord): Promise<void>;
  /** Replaces the picture. @returns its hash, which is its address */
  setPicture(personId: string, picture: Picture, record: MakeRecord): Promise<string>;
  removePicture(personId: string, record: MakeRecord): Promise<void>;
  /** The picture with this hash, of a user who is not disabled. */
  findPicture(hash: string): Promise<Picture | null>;
  /**
   * Notes that the user wants the account deleted. Ends all sessions, revokes tokens, consents and app passwords, voids links
   * and pending sign-ins, and makes known browsers unknown, in one transaction. A second request does not move the due time.
   *
   * @returns `null`: disabled or removed meanwhile
   */
  requestDeletion(
    personId: string,
    graceSeconds: number,
    record: MakeRecord<RequestedDeletion>,
  ): Promise<RequestedDeletion | null>;
  /** Keeps the account. @returns false: no deletion was requested, or it is due already */
  cancelDeletion(personId: string, record: MakeRecord): Promise<boolean>;
  /** Users whose deletion is due, up to `limit`, by id. */
  dueForDeletion(limit: number): Promise<readonly string[]>;
  /** Everything that is stored about the user except secrets; `null`: no such user. */
  exportOf(personId: string): Promise<ExportedAccount | null>;
}

export interface RequestedDeletion {
  readonly dueAt: Date;
  /** Ids of the ended sessions. */
  readonly endedSessions: readonly string[];
  readonly disconnected: DisconnectedApps;
}

/** Data of one user, for the user: what `ProfileStore.exportOf` reads. */
export interface ExportedAccount {
  readonly profile: object;
  readonly signInMethods: object;
  readonly accountsAtProviders: readonly object[];
  readonly sessions: readonly object[];
  readonly consents: readonly object[];
  readonly appPasswords: readonly object[];
  readonly activity: readonly object[];
}
