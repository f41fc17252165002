import type { Person } from "./central-session-store.ts";
import type { MakeRecord } from "./change-record.ts";

/** An account at another identity provider, which signs its user in here. No tokens of the provider are stored. */
export interface UpstreamAccount {
  /** Id of the provider in the hub's settings. */
  readonly provider: string;
  /** Id of the account at the provider (OpenID Connect: `sub`). */
  readonly id: string;
}

export interface LinkedUpstreamAccount extends UpstreamAccount {
  /** Name of the account at the provider, for the account page. */
  readonly label: string;
  readonly createdAt: Date;
}

export type UpstreamLinking =
  | "linked"
  /** It is linked to this user already. */
  | "known-already"
  /** It is linked to another user. */
  | "linked-elsewhere";

export type UpstreamUnlinking =
  | "unlinked"
  /** The user has no such account. */
  | "gone"
  /** The user has neither a password, nor a passkey, nor another account to sign in with. */
  | "last-way-in";

/** Accounts at other identity providers. The caller has verified that the user can sign in to both accounts. */
export interface UpstreamAccountStore {
  /** The user whom the account signs in, a disabled one too. */
  findPerson(account: UpstreamAccount): Promise<Person | null>;
  /** Oldest first. */
  listOf(personId: string): Promise<readonly LinkedUpstreamAccount[]>;
  /** @throws PersonGone if the user is disabled or removed */
  link(
    account: UpstreamAccount & { readonly personId: string; readonly label: string },
    record: MakeRecord,
  ): Promise<UpstreamLinking>;
  /**
   * Unlinks an account unless the user could not sign in without it. Voids pending sign-ins that began with a provider.
   *
   * @param options.providers those that can be used at present
   */
  unlink(
    account: UpstreamAccount & { readonly personId: string },
    options: { readonly providers: readonly string[] },
    record: MakeRecord,
  ): Promise<UpstreamUnlinking>;
}
