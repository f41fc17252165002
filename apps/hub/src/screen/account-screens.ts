/** Models of the account's pages and the pages below them. */
import type { PasskeyCeremony } from "./passkey-ceremony.ts";
import type { SiteName } from "./site-name.ts";

/** On every page of the account. */
export interface AccountPage {
  readonly person: {
    readonly name: string;
    readonly username: string;
    readonly email: string;
    readonly emailVerified: boolean;
    /** Shown from `/pictures/<picture>`; `null`: none. */
    readonly picture: string | null;
    /** The account will be deleted then, unless the user keeps it; `null`: no. */
    readonly deletionDueAt: Date | null;
  };
  /** Anti-forgery token of every form on the page, posted as `token`. */
  readonly token: string;
  /**
   * Result of the last action, shown once at its place: "Pocket Budget is disconnected." A place that the page does not
   * have is the top of the page.
   */
  readonly notice: {
    readonly at: string;
    readonly text: string;
    /** With a form that ends the other sessions. */
    readonly offersEnding?: boolean;
  } | null;
}

/** The profile, which is the first page of the account. */
export interface ProfileScreen extends AccountPage {
  /** Registered sites that the user can visit. */
  readonly sites: readonly (SiteName & { readonly url: string })[];
}

/** The form for the user's name. */
export interface NameScreen extends AccountPage {
  readonly typed: string;
  /** A sentence. */
  readonly error: string | null;
}

/** The form for a new email address. */
export interface EmailScreen extends AccountPage {
  readonly typed: string;
  readonly error:
    | { readonly code: "email_missing" | "email_unfit" }
    | { readonly code: "too_many_mails"; readonly retryInSeconds: number }
    | null;
}

/** The form for the user's picture. */
export interface PictureScreen extends AccountPage {
  readonly error: "picture_missing" | "picture_too_large" | "picture_unknown" | null;
}

/** The export of the user's data, and the deletion of the account. */
export interface OwnDataScreen extends AccountPage {
  /** Days between the request and the deletion. */
  readonly graceDays: number;
  readonly typed: string;
  readonly error: "username_wrong" | null;
}

/** Asks a user who signs in while a deletion is due whether to keep the account. */
export interface KeepAccountScreen extends AccountPage {
  /** Destination of the sign-in. */
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
}

/** The ways to sign in. Places of a notice: `codes`, `providers`. */
export interface SecurityScreen extends AccountPage {
  /** `null`: no password. */
  readonly password: { readonly changedAt: Date } | null;
  readonly factors: {
    /** `null`: one-time codes are off. */
    readonly codesSince: Date | null;
    readonly passkeys: number;
    /** Unused ones. */
    readonly recoveryCodes: number;
  };
  /** Id of the form for new recovery codes, which is accepted once. */
  readonly newCodesForm: string;
  /** Newest first. Place of their notices: `passkeys`. */
  readonly passkeys: readonly {
    readonly id: string;
    readonly name: string;
    readonly createdAt: Date;
    readonly lastUsedAt: Date | null;
    /** The key may be copied to other devices of the user. */
    readonly synced: boolean;
  }[];
  /** Accounts at other providers. Both lists are empty if the hub has no providers. */
  readonly providers: {
    readonly connected: readonly {
      /** Ids of provider and account. */
      readonly provider: string;
      readonly id: string;
      /** Name of the provider. */
      readonly name: string;
      /** Name of the account at the provider; empty: not told. */
      readonly label: string;
      readonly since: Date;
      /** Whether the hub still offers the provider. */
      readonly works: boolean;
    }[];
    /** Providers at which the user has no connected account. */
    readonly open: readonly { readonly id: string; readonly name: string }[];
  };
}

/** Starts the browser's dialogue for a new passkey. */
export interface AddPasskeyScreen {
  /** Name of the user: another one may have signed in since the page with the link was opened. */
  readonly personName: string;
  readonly passkey: PasskeyCeremony;
  /** The site that demands a second step; `null`: none, or it is unknown. */
  readonly site: SiteName | null;
  /** The site that demands it, or the Security page. */
  readonly cancelTo: string;
  readonly error: string | null;
}

/** Places of a notice: `here`, `others`. */
export interface SessionsScreen extends AccountPage {
  /** The session of this browser. */
  readonly here: ListedSession;
  /** The user is asked before another site learns who they are, on this browser. */
  readonly asksBefore: boolean;
  /** Other sessions by browser, the latest used first. */
  readonly others: readonly {
    /** "Firefox on Windows". */
    readonly browser: string;
    readonly sessions: readonly ListedSession[];
  }[];
}

export interface ListedSession {
  readonly id: string;
  /** "Firefox on Windows". */
  readonly browser: string;
  readonly address: string;
  readonly startedAt: Date;
  readonly lastActivityAt: Date;
  /** End of a session that the user keeps signed in; `null`: an ordinary session. */
  readonly keptUntil: Date | null;
  readonly sites: readonly (SiteName & { readonly since: Date; readonly lastActivityAt: Date })[];
}

/** A page of the user's entries of the audit trail, newest first. */
export interface ActivityScreen extends AccountPage {
  readonly events: readonly Activity[];
  readonly isNewest: boolean;
  /** Where the next page begins; `null`: there is none. */
  readonly olderThan: number | null;
}

export interface Activity {
  readonly id: number;
  readonly at: Date;
  /** Kind of the audit event. */
  readonly kind: string;
  /** `done` or the code of the refusal. */
  readonly outcome: string;
  readonly by: "user" | "operator" | "site" | "hub";
  /** The user's browser, if the user acted. */
  readonly from: { readonly browser: string; readonly address: string } | null;
  /** Name of the site. */
  readonly site: string | null;
  /** Methods of a sign-in. @see RFC 8176, section 2 */
  readonly amr: readonly string[];
  /** Reason of an end. */
  readonly reason: string;
  /** The user's name for a passkey or an app password. */
  readonly name: string;
  /** The sign-in was refused at its second step: the password was right. */
  readonly isSecondStep: boolean;
}

/** Places of a notice: `connected-apps`, `app-passwords`. */
export interface AppsScreen extends AccountPage {
  /** App passwords, newest first. */
  readonly appPasswords: readonly {
    readonly id: string;
    readonly name: string;
    readonly allows: readonly Allowed[];
    readonly createdAt: Date;
    readonly expiresAt: Date;
    readonly lastUsedAt: Date | null;
    readonly expired: boolean;
  }[];
  /** Allowed third-party sites, and every app whose access continues after sign-out; latest first. */
  readonly connectedApps: readonly (SiteName & {
    readonly id: string;
    /** Empty: the app knows only that the user signed in. */
    readonly allows: readonly Allowed[];
    /** Whether the access continues after sign-out. */
    readonly offline: boolean;
    readonly since: Date;
    /** `null`: only this time, until the session ends. */
    readonly until: Date | null;
    /** Time of the last issued or introspected token; `null`: never. */
    readonly lastUsedAt: Date | null;
    /** The site whose API it last asked. */
    readonly lastUsedFor: string | null;
  })[];
}

/** Something that is allowed, in words that follow "It may". */
export interface Allowed {
  readonly words: string;
  /** The site's name; `null`: at the hub itself. */
  readonly at: string | null;
}

/** Properties of a new app password. */
export interface MakeAppPasswordScreen {
  /** Name of the user: another one may have signed in since the page with the link was opened. */
  readonly personName: string;
  readonly action: string;
  /** Hidden fields: form token and the id of what will be made. */
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly name: string;
  readonly longestName: number;
  /** Each is a box to tick, sent as `true` under `field`. */
  readonly scopes: readonly (Allowed & {
    readonly field: string;
    readonly chosen: boolean;
  })[];
  readonly lives: readonly { readonly days: number; readonly chosen: boolean }[];
  /** Errors of the submitted form. */
  readonly errors: readonly MakeAppPasswordErrorCode[];
}

export type MakeAppPasswordErrorCode =
  | "name_missing"
  | "name_too_long"
  | "scope_missing"
  | "life_missing"
  | "too_many";

/** The only page that ever shows an app password. */
export interface AppPasswordMadeScreen {
  /** Anti-forgery token of the form that ends the other sessions. */
  readonly token: string;
  readonly name: string;
  readonly secret: string;
  readonly username: string;
  readonly allows: readonly Allowed[];
  readonly expiresAt: Date;
}

/** Changes the password, or adds the first one. */
export interface ChangePasswordScreen {
  readonly person: { readonly name: string; readonly username: string };
  readonly action: string;
  /** Hidden field: form token. */
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  /** Whether there is a current password to ask for. */
  readonly hasPassword: boolean;
  /** Smallest number of characters. */
  readonly least: number;
  /** Words that others connect with the user. */
  readonly about: readonly string[];
  readonly errors: readonly ChangePasswordError[];
  /** Boxes: what ends with the former password. */
  readonly endSessions: boolean;
  readonly disconnectApps: boolean;
}

export type ChangePasswordError =
  | {
      readonly code:
        | "current_missing"
        | "current_wrong"
        | "password_missing"
        | "password_same"
        | "changed_meanwhile";
    }
  | { readonly code: "too_many_attempts"; readonly retryInSeconds: number }
  /** The rule refuses it, for the reason in `why`. */
  | { readonly code: "password_refused"; readonly why: string };
