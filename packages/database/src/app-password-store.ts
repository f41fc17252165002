import type { Person } from "./central-session-store.ts";

/** How many that can still be used a person may have at once. */
export const mostAppPasswords = 25;

/** A password that a user makes for a program. Only the program knows the secret itself. */
export interface AppPassword {
  /** Public name; never the secret. */
  readonly id: string;
  /** The user's name for it. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** At most a minute behind the truth; `null`: never used. */
  readonly lastUsedAt: Date | null;
  /** Past its life: listed for a while, good for nothing. */
  readonly expired: boolean;
}

export interface FoundAppPassword {
  readonly appPassword: AppPassword;
  readonly person: Person;
}

/** Result of making an app password. */
export type AppPasswordMaking =
  | { readonly outcome: "made"; readonly appPassword: AppPassword }
  /** One with this id is there: the same form came twice. */
  | { readonly outcome: "made-already" }
  /** She has `mostAppPasswords` that can still be used. */
  | { readonly outcome: "too-many" };

/**
 * App passwords, decided by the database's clock. What is found can be used: its life is not over, nobody has revoked
 * it, its person is not disabled; so that each of the three stops the very next call.
 *
 * The laws are in `postgres-app-password-store.test.ts`.
 *
 * @see RFC 7617
 */
export interface AppPasswordStore {
  /**
   * @param wish.id of the form it was asked for with, so that a form that comes twice makes one
   * @param wish.secret at least 160 random bits: it is kept as a fast hash
   * @throws PersonGone when the person is disabled or removed
   */
  create(wish: {
    readonly id: string;
    readonly personId: string;
    readonly secret: string;
    readonly name: string;
    readonly scopes: readonly string[];
    readonly lifeSeconds: number;
  }): Promise<AppPasswordMaking>;
  /** The newest first; expired ones until they are swept. */
  listOf(personId: string): Promise<readonly AppPassword[]>;
  /**
   * By user name or e-mail, any case, and secret; one statement whoever asks. Counts as used, which is written at most
   * once a minute.
   */
  findForUse(identifier: string, secret: string): Promise<FoundAppPassword | null>;
  /** @returns what it was called; `null` when it is not hers or not there */
  revoke(which: { readonly id: string; readonly personId: string }): Promise<string | null>;
  /** @returns how many she had */
  revokeAll(personId: string): Promise<number>;
  /** Deletes what expired 30 days ago and earlier; returns how many. */
  sweep(limit: number): Promise<number>;
}
