import type { PasskeyCeremony } from "./passkey-ceremony.ts";
import type { SiteName } from "./site-name.ts";

type HiddenFields = readonly { readonly name: string; readonly value: string }[];

export type FactorErrorCode =
  | "code_missing"
  | "code_wrong"
  /** The code was accepted before, or a later one. */
  | "code_used"
  | "recovery_code_missing"
  | "recovery_code_wrong"
  | "too_many_attempts"
  | "passkey_expired"
  | "passkey_unknown"
  | "passkey_invalid"
  | "passkey_cloned";

/** Asks for the factor that a sign-in lacks. */
export interface SecondFactorScreen {
  readonly action: string;
  readonly hidden: HiddenFields;
  /** Destination; `null`: the hub itself. */
  readonly site: SiteName | null;
  readonly person: { readonly name: string; readonly username: string };
  /** The user is signed in, and the destination demands a stronger sign-in. */
  readonly isStepUp: boolean;
  /** Factors of the user. */
  readonly codes: boolean;
  readonly passkey: PasskeyCeremony | null;
  readonly recoveryCodes: boolean;
  /** Link to sign in as another user. */
  readonly startOver: string;
  readonly error: {
    readonly code: FactorErrorCode;
    readonly isRecovery: boolean;
    readonly retryInSeconds?: number;
  } | null;
}

/** Shows the secret of one-time codes, and asks for a code that confirms it. */
export interface SetUpCodesScreen {
  readonly action: string;
  readonly hidden: HiddenFields;
  /** Reason: the user wants it, a site demands a stronger sign-in, or operators need it. */
  readonly because: "wanted" | "asked-for" | "operator";
  /** Page that adds a passkey, which is a second step as well; `null`: this is not the place to choose. */
  readonly passkeyInstead: string | null;
  /** The site that demands it; `null`: unknown. */
  readonly site: SiteName | null;
  readonly qrCode: { readonly size: number; readonly path: string };
  /** The secret in groups, to type by hand. */
  readonly secret: string;
  /** The sign-in page, the site that demands it, or the Security page. */
  readonly cancelTo: string;
  readonly error: FactorErrorCode | null;
}

/** The only page that ever shows the recovery codes. */
export interface RecoveryCodesScreen {
  /** In groups. */
  readonly codes: readonly string[];
  readonly download: { readonly action: string; readonly hidden: HiddenFields };
  /** Token of the form that ends the other sessions. */
  readonly token: string;
  /** Change that came before: the first factor, an account that begins with a passkey, or new codes instead of old ones. */
  readonly because: "codes-on" | "passkey-added" | "new-account" | "renewed";
  readonly continueTo: string;
}
