import type { Person } from "./central-session-store.ts";
import type { MakeRecord } from "./change-record.ts";

/** Data for verifying a password. */
export interface PersonWithPassword {
  readonly person: Person;
  /** PHC string of Argon2id; `null` without a password. */
  readonly passwordHash: string | null;
  /** The user must choose another password: see `StoredPassword`. */
  readonly mustChange: boolean;
  /** The user has a factor that can complete a sign-in. Recovery codes alone are none. */
  readonly hasFactor: boolean;
}

export interface ListedPerson extends Person {
  /** As `PersonStore.isInvited`. */
  readonly isInvited: boolean;
}

/** A password that the user chose. */
export interface NewPassword {
  /** PHC string of Argon2id. */
  readonly hash: string;
  /** Long enough to be the only factor. */
  readonly standsAlone: boolean;
}

/** Users and their passwords. */
export interface PersonStore {
  /** Finds by username or email address, any case. */
  findForSignIn(identifier: string): Promise<PersonWithPassword | null>;
  findById(id: string): Promise<Person | null>;
  /** Whether the user is not disabled, has no way to sign in and has never signed in. */
  isInvited(id: string): Promise<boolean>;
  /** All users, by username. */
  list(): Promise<readonly ListedPerson[]>;
  /** @throws PersonExists if the username or email address belongs to another user */
  create(person: {
    readonly username: string;
    readonly name: string;
    readonly email: string;
    readonly operator: boolean;
    /** Groups; absent: none. */
    readonly groups?: readonly string[];
    /** `null`: none. */
    readonly password: NewPassword | null;
  }): Promise<Person>;
  /**
   * Stores a password that the user chose; it need not be changed.
   *
   * @throws PersonGone if the user is disabled or removed
   * @throws if it needs a factor that the user has not
   */
  setPassword(personId: string, password: NewPassword): Promise<void>;
  /**
   * Replaces the hash of an unchanged password by one with other parameters.
   *
   * @returns false if the password was changed, or another sign-in has renewed the hash
   */
  renewHash(personId: string, hash: { readonly from: string; readonly to: string }): Promise<boolean>;
  setGroups(personId: string, groups: readonly string[]): Promise<void>;
  setDisabled(personId: string, disabled: boolean): Promise<void>;
  /** Records a sign-in with a browser. @returns whether it was the first */
  noteFirstSignIn(personId: string): Promise<boolean>;
  /**
   * Ends all sessions, queues the logouts of their sites and deletes the user, in one transaction.
   *
   * @returns whether the user was deleted
   */
  remove(personId: string): Promise<boolean>;
  /** As `remove`, if the user asked for it and did not sign in until the due time. */
  removeDue(personId: string, record: MakeRecord): Promise<boolean>;
}

/** The username or email address belongs to another user. Which of the two is shown to operators only. */
export class PersonExists extends Error {
  override readonly name = "PersonExists";

  constructor(options?: ErrorOptions) {
    super("the username or email address belongs to another user", options);
  }
}

/** The user was disabled or removed in the meantime. */
export class PersonGone extends Error {
  override readonly name = "PersonGone";

  constructor(options?: ErrorOptions) {
    super("the user is disabled or removed", options);
  }
}
