import type { AuditActor } from "./audit-event-store.ts";
import type { Person } from "./central-session-store.ts";
import type { MakeRecord } from "./change-record.ts";

/** Most valid app passwords of a user. */
export const mostAppPasswords = 25;

/** Password that a user creates for a program. Its secret is stored as a hash. */
export interface AppPassword {
  /** Public identifier. */
  readonly id: string;
  /** The user's name for it. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** Up to a minute late; `null` if never used. */
  readonly lastUsedAt: Date | null;
  readonly expired: boolean;
}

export interface FoundAppPassword {
  /** As before this use. */
  readonly appPassword: AppPassword;
  readonly person: Person;
}

/** Result of creating an app password. */
export type AppPasswordCreation =
  | { readonly outcome: "made"; readonly appPassword: AppPassword }
  /** The id exists: the form was sent twice. */
  | { readonly outcome: "made-already" }
  /** The user has `mostAppPasswords` valid ones. */
  | { readonly outcome: "too-many" };

/**
 * App passwords. `findForUse` returns valid ones only: not expired, not revoked, of a user who is not disabled. Each of the
 * three therefore takes effect on the next call.
 *
 * @see RFC 7617
 */
export interface AppPasswordStore {
  /**
   * @param appPassword.id id of the form, so that a form sent twice creates one
   * @param appPassword.secret at least 160 random bits, because it is stored as a fast hash
   * @throws PersonGone if the user is disabled or removed
   */
  create(
    appPassword: {
      readonly id: string;
      readonly personId: string;
      readonly secret: string;
      readonly name: string;
      readonly scopes: readonly string[];
      readonly lifeSeconds: number;
    },
    record: MakeRecord,
  ): Promise<AppPasswordCreation>;
  /** Newest first, including expired ones until they are deleted. */
  listOf(personId: string): Promise<readonly AppPassword[]>;
  /** Finds by username or email address (any case) and secret, and records the use at most once a minute. */
  findForUse(identifier: string, secret: string): Promise<FoundAppPassword | null>;
  /** @returns its name; `null` if the user has no such app password */
  revoke(
    which: { readonly id: string; readonly personId: string },
    record: MakeRecord<Pick<AppPassword, "name">>,
  ): Promise<string | null>;
  /** Revokes all app passwords of a user. @param by actor of the events, one for each. @returns how many were revoked */
  revokeAll(personId: string, by: AuditActor): Promise<number>;
  /** Deletes what expired 30 days ago and earlier; returns how many. */
  sweep(limit: number): Promise<number>;
}
