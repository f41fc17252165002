import type { Person } from "./central-session-store.ts";
import type { MakeRecord } from "./change-record.ts";
import type { DisconnectedApps } from "./disconnected-apps.ts";
import type { NewPassword } from "./person-store.ts";

/** Facts about a user's password, without its hash. */
export interface StoredPassword {
  readonly changedAt: Date;
  /** The user must choose another one: an operator set it, or it is too short without the factor that an operator removed. */
  readonly mustChange: boolean;
  /** Long enough to be the only factor. */
  readonly standsAlone: boolean;
}

/** A sign-in that waits for a new password. */
export interface WaitingSignIn {
  readonly person: Person;
  /** Methods so far. @see RFC 8176, section 2 */
  readonly amr: readonly string[];
  /** "Keep me signed in". */
  readonly longTerm: boolean;
}

export interface PasswordChanged {
  /** The user after the change. */
  readonly person: Person;
  /** Ids of the ended sessions. */
  readonly sessionsEnded: readonly string[];
  /** `null`: it was not requested. */
  readonly disconnected: DisconnectedApps | null;
}

/** Changes of passwords. A change voids the user's links and pending sign-ins in the same transaction. */
export interface PasswordStore {
  /** @returns `null`: the user has no password */
  find(personId: string): Promise<StoredPassword | null>;
  /**
   * Changes the password, or adds the first one.
   *
   * @param change.from time of the last change, as the caller verified that password; `null`: there was none
   * @param change.endSessionsExcept session that stays while all others end; absent: all stay
   * @param change.disconnectApps whether to revoke app passwords and connected apps
   * @returns `null`: the password was changed meanwhile, the user is disabled or removed, or the new one needs a factor
   *   that the user has not any more
   */
  change(
    change: {
      readonly personId: string;
      readonly from: Date | null;
      readonly password: NewPassword;
      readonly endSessionsExcept?: string | undefined;
      readonly disconnectApps: boolean;
    },
    record: MakeRecord<PasswordChanged>,
  ): Promise<PasswordChanged | null>;
  /**
   * The pending sign-in of a user who must change the password, once it has the factor of a user who has one. Reads without
   * consuming.
   */
  findWaiting(pendingToken: string): Promise<WaitingSignIn | null>;
  /**
   * Consumes the pending sign-in of a user who must change the password, changes it, and ends all sessions but that of
   * the browser.
   *
   * @param sessionToken token of the browser's session, if any
   * @returns `null`: the pending sign-in was consumed or is void, or the password needs a factor that the user has not
   */
  replaceAtSignIn(
    pendingToken: string,
    password: NewPassword,
    sessionToken: string | undefined,
    record: MakeRecord<WaitingSignIn>,
  ): Promise<WaitingSignIn | null>;
  /** Marks whether the user must change the password, if it still has this hash. */
  setMustChange(personId: string, hash: string, mustChange: boolean): Promise<void>;
}
