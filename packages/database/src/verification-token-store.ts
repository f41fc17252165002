import type { Person } from "./central-session-store.ts";
import type { MakeRecord } from "./change-record.ts";
import type { DisconnectedApps } from "./disconnected-apps.ts";
import type { NewPasskey } from "./passkey-store.ts";
import type { NewPassword } from "./person-store.ts";
import type { UpstreamAccount } from "./upstream-account-store.ts";

/** Permission that a link gives. */
export type LinkPurpose = "sign-up" | "invitation" | "password-reset" | "email-change";

/** A link that can still be used. */
export interface VerificationToken {
  /** Email address that the link was made for, lower case. */
  readonly email: string;
  /** The user of the link; `null`: there is none yet (`sign-up`). */
  readonly person: Person | null;
  /** Facts of the purpose, as they were given. `mailed: true`: the link went to the address and nowhere else. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The first way to sign in of a new account. */
export type FirstCredential =
  | { readonly password: NewPassword }
  | {
      readonly passkey: Omit<NewPasskey, "personId">;
      /** Each replaces a lost passkey once, beside a password that the user chooses by a link. */
      readonly recoveryCodes: readonly string[];
    }
  /** The caller has verified that the user can sign in to it. */
  | { readonly upstreamAccount: UpstreamAccount & { readonly label: string } };

/**
 * Single-use links, stored as hashes. `find` shows what a link is about and consumes nothing. The other methods consume the
 * link in the transaction of what it permits: if that is not possible, the link stays usable. `null` means that no link of
 * this purpose can be used: it never existed, was used, has expired, or its user is disabled or removed; or that the password
 * needs a factor that the user has not, and the link stays.
 */
export interface VerificationTokenStore {
  /** Adds a link. The earlier ones of the same user stay usable. What voids a user's links voids their mails too. */
  create(link: {
    /** Mail that the link is made for; if it was voided meanwhile, the link is not stored. Absent: none. */
    readonly mailId?: string | undefined;
    /** At least 160 random bits. */
    readonly token: string;
    readonly purpose: LinkPurpose;
    readonly email: string;
    /** `null` for a sign-up. */
    readonly personId: string | null;
    readonly facts?: Readonly<Record<string, unknown>>;
    readonly lifeSeconds: number;
  }): Promise<void>;
  find(purpose: LinkPurpose, token: string): Promise<VerificationToken | null>;
  /**
   * Creates a user with the link's email address, which is then verified.
   *
   * @param account.id the user's id, a UUID. The caller chooses it, because the user's passkey contains it
   */
  signUp(
    token: string,
    account: FirstCredential & { readonly id: string; readonly username: string; readonly name: string },
    record: MakeRecord<Person>,
  ): Promise<SignedUp | null>;
  /**
   * Sets name and first credential of the invited user, and voids the user's other links. A mailed link verifies the
   * address.
   */
  acceptInvitation(
    token: string,
    account: FirstCredential & { readonly name: string },
    record: MakeRecord<Person>,
  ): Promise<InvitationAccepted | null>;
  /**
   * Changes the password, ends all sessions (`password-changed`), voids pending sign-ins and the user's other links, and makes
   * known browsers unknown. A mailed link verifies the address.
   *
   * @param options.disconnectApps whether to revoke connected apps and app passwords too
   * @param options.isCurrent compares the new password with the stored hash, under the lock of the user: so a link answers one
   *   wrong guess of the current password, by its use. It must not query the database. Absent: nothing is compared
   * @returns `"same-password"`: `isCurrent` resolved to true, and the link stays
   */
  resetPassword(
    token: string,
    password: NewPassword,
    options: {
      readonly disconnectApps: boolean;
      readonly isCurrent?: ((passwordHash: string) => Promise<boolean>) | undefined;
    },
    record: MakeRecord<PasswordReset>,
  ): Promise<PasswordReset | "same-password" | null>;
  /**
   * Replaces the user's email address by the link's, and voids the user's other links. A username that is the former
   * address changes with it.
   */
  changeEmail(token: string, record: MakeRecord<NewEmail>): Promise<EmailChanged | null>;
  /** Links of users that can still be used: the latest of each user and purpose. */
  listUsable(): Promise<readonly UsableLink[]>;
  /** Voids all links of a user, and the mails that would make others. @returns `null`: there was nothing to void */
  voidAll(personId: string, record: MakeRecord<VoidedLinks>): Promise<VoidedLinks | null>;
  /** Deletes up to `limit` expired links; returns how many. */
  sweep(limit: number): Promise<number>;
}

export interface UsableLink {
  readonly personId: string;
  /** A sign-up has no user yet. */
  readonly purpose: Exclude<LinkPurpose, "sign-up">;
  readonly expiresAt: Date;
}

/** Numbers of what was voided. */
export interface VoidedLinks {
  readonly links: number;
  /** Mails that were not sent yet. */
  readonly mails: number;
}

export type SignedUp =
  | { readonly outcome: "created"; readonly person: Person }
  | { readonly outcome: "username-taken" }
  | { readonly outcome: "email-taken" }
  | CredentialTaken;

export type InvitationAccepted = { readonly outcome: "accepted"; readonly person: Person } | CredentialTaken;

/** The passkey is registered already, or the account at a provider signs in another user. The link stays usable. */
export interface CredentialTaken {
  readonly outcome: "passkey-taken" | "account-taken";
}

export interface PasswordReset {
  readonly person: Person;
  readonly sessionsEnded: number;
  /** `null`: it was not requested. */
  readonly disconnected: DisconnectedApps | null;
}

export interface NewEmail {
  /** With the new address. */
  readonly person: Person;
  readonly formerEmail: string;
}

export type EmailChanged = ({ readonly outcome: "changed" } & NewEmail) | { readonly outcome: "email-taken" };
