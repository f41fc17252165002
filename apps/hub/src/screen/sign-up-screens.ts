/** Models of the pages around mailed links: sign-up, invitation, forgotten password, new address. */
import type { PasskeyCeremony } from "./passkey-ceremony.ts";
import type { SiteName } from "./site-name.ts";

type Hidden = readonly { readonly name: string; readonly value: string }[];

/** Asks for the email address of a new account. */
export interface SignUpScreen {
  readonly action: string;
  readonly hidden: Hidden;
  /** The site that the user came from, if any. */
  readonly site: SiteName | null;
  /** `invitation`: only invited users get a link. `off`: nobody does, and there is no form. */
  readonly mode: "open" | "invitation" | "off";
  readonly email: string;
  readonly error: string | null;
  /** The sign-in page, with the same destination. */
  readonly signIn: string;
}

/** Asks whose password is forgotten. */
export interface ForgotPasswordScreen {
  readonly action: string;
  readonly hidden: Hidden;
  readonly site: SiteName | null;
  /** The hub sends no mail: there is no form. */
  readonly mailIsOff: boolean;
  readonly identifier: string;
  readonly error: string | null;
  readonly signIn: string;
}

/** The answer to a request for a link, the same whether or not there is an account. */
export interface CheckMailScreen {
  /** `invitation`: only invited users get another link. */
  readonly purpose: "sign-up" | "invitation" | "password-reset";
  /** As typed. */
  readonly recipient: string;
  /** Several mails went to this recipient in the last minutes; there was no further one. */
  readonly enough: boolean;
  /** The form again. */
  readonly again: string;
  readonly signIn: string;
  /** Page that shows the mails where no mail server is set. */
  readonly mailsAt: string | null;
}

/** Completes a sign-up or an invitation. */
export interface NewAccountScreen {
  readonly kind: "sign-up" | "invitation";
  readonly action: string;
  readonly hidden: Hidden;
  readonly site: SiteName | null;
  readonly email: string;
  readonly name: string;
  readonly username: string;
  /** The account at another provider that signs the user in; `null`: a password or a passkey does. */
  readonly identity: {
    readonly provider: string;
    /** Name of the account there; empty: not told. */
    readonly label: string;
    /** Whether the user can choose another way; not if the sign-up began at the provider. */
    readonly canChange: boolean;
  } | null;
  /** Providers that the user can choose instead of a password. */
  readonly providers: readonly { readonly name: string; readonly action: string; readonly hidden: Hidden }[];
  /** Least number of characters of the password. */
  readonly least: number;
  /** Words about the user, which the password may not be made of: those known so far. */
  readonly about: readonly string[];
  readonly errors: readonly { readonly field: "name" | "username" | "password"; readonly text: string }[];
  /** Name of the user who is signed in in this browser, and will be signed out. */
  readonly signedIn: string | null;
}

/** Makes the passkey with which a new account begins. */
export interface NewAccountPasskeyScreen {
  readonly email: string;
  readonly username: string;
  readonly passkey: PasskeyCeremony;
  /** Form that leads back to the choice of a password. */
  readonly back: { readonly action: string; readonly hidden: Hidden };
  readonly error: string | null;
}

/** Asks for the new password of a forgotten one. */
export interface ResetPasswordScreen {
  readonly action: string;
  readonly hidden: Hidden;
  readonly person: { readonly name: string; readonly username: string };
  readonly least: number;
  /** Words about the user, which the password may not be made of. */
  readonly about: readonly string[];
  readonly error: string | null;
  readonly disconnectApps: boolean;
  /** Way to sign in until now. A user with a passkey alone need not choose a password. */
  readonly former: "password" | "passkey" | "none";
  readonly signIn: string;
}

/** Asks to confirm a new email address. */
export interface ConfirmEmailScreen {
  readonly action: string;
  readonly hidden: Hidden;
  readonly person: { readonly name: string; readonly username: string };
  readonly formerEmail: string;
  readonly email: string;
}

/** The new email address is in use. */
export interface EmailConfirmedScreen {
  readonly email: string;
}
