import { AsyncLocalStorage } from "node:async_hooks";
import type {
  ActivityScreen,
  AddPasskeyScreen,
  AppPasswordMadeScreen,
  AppsScreen,
  ChangePasswordScreen,
  EmailScreen,
  KeepAccountScreen,
  MakeAppPasswordScreen,
  NameScreen,
  OwnDataScreen,
  PictureScreen,
  ProfileScreen,
  SecurityScreen,
  SessionsScreen,
} from "./account-screens.ts";
import type { DevMailScreen, DevMailsScreen } from "./dev-mail-screens.ts";
import type { RecoveryCodesScreen, SecondFactorScreen, SetUpCodesScreen } from "./factor-screens.ts";
import type { PasskeyCeremony } from "./passkey-ceremony.ts";
import type {
  CheckMailScreen,
  ConfirmEmailScreen,
  EmailConfirmedScreen,
  ForgotPasswordScreen,
  NewAccountPasskeyScreen,
  NewAccountScreen,
  ResetPasswordScreen,
  SignUpScreen,
} from "./sign-up-screens.ts";
import type { SiteName } from "./site-name.ts";
import type { UpstreamConnectScreen, UpstreamUnknownScreen } from "./upstream-screens.ts";

/**
 * Model of each screen. A Hono route decides and makes it; the component of the same name in `app/screens.tsx` renders it
 * and looks nothing up.
 *
 * The storage is shared through `globalThis`, because the server's modules and Next's bundle are two copies.
 */
export interface Screens {
  login: LoginScreen;
  "second-factor": SecondFactorScreen;
  "set-up-codes": SetUpCodesScreen;
  "recovery-codes": RecoveryCodesScreen;
  "new-password": NewPasswordScreen;
  "upstream-unknown": UpstreamUnknownScreen;
  "upstream-connect": UpstreamConnectScreen;
  "choose-account": ChooseAccountScreen;
  "ask-before": AskBeforeScreen;
  "ticket-form": TicketFormScreen;
  leaving: LeavingScreen;
  "sign-out": SignOutScreen;
  consent: ConsentScreen;
  "device-code": DeviceCodeScreen;
  "device-done": DeviceDoneScreen;
  "logged-out": LoggedOutScreen;
  refused: RefusedScreen;
  home: HomeScreen;
  account: ProfileScreen;
  "account-security": SecurityScreen;
  "add-passkey": AddPasskeyScreen;
  "account-sessions": SessionsScreen;
  "account-activity": ActivityScreen;
  "account-apps": AppsScreen;
  "change-password": ChangePasswordScreen;
  "account-name": NameScreen;
  "account-email": EmailScreen;
  "account-picture": PictureScreen;
  "account-data": OwnDataScreen;
  "keep-account": KeepAccountScreen;
  "sign-up": SignUpScreen;
  "forgot-password": ForgotPasswordScreen;
  "check-mail": CheckMailScreen;
  "new-account": NewAccountScreen;
  "new-account-passkey": NewAccountPasskeyScreen;
  "reset-password": ResetPasswordScreen;
  "confirm-email": ConfirmEmailScreen;
  "email-confirmed": EmailConfirmedScreen;
  "make-app-password": MakeAppPasswordScreen;
  "app-password-made": AppPasswordMadeScreen;
  "dev-mails": DevMailsScreen;
  "dev-mail": DevMailScreen;
}

export type * from "./account-screens.ts";
export type * from "./dev-mail-screens.ts";
export type * from "./factor-screens.ts";
export type { PasskeyCeremony } from "./passkey-ceremony.ts";
export type * from "./sign-up-screens.ts";
export type { SiteName } from "./site-name.ts";
export type * from "./upstream-screens.ts";

export interface LoginScreen {
  /** Target of the form: `/cas/login`. */
  readonly action: string;
  /** Hidden fields, in order: login ticket `lt`, `service`, `renew` … */
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  /** The same sign-in with a passkey. */
  readonly passkey: PasskeyCeremony;
  /** The same sign-in with an account at another provider: buttons of the form that send it elsewhere. */
  readonly providers: readonly { readonly name: string; readonly action: string }[];
  /** The site that asked for the sign-in, if any. */
  readonly site: (SiteName & { readonly url: string }) | null;
  /** The signed-in user, who may continue without the form. */
  readonly signedIn: {
    readonly name: string;
    readonly username: string;
    readonly continueTo: string;
  } | null;
  /** Reason for asking again, shown as a notice above the form. */
  readonly reason:
    | "idle"
    | "absolute"
    | "ended-elsewhere"
    | "signed-out"
    | "disabled"
    | "password-changed"
    | "ended-by-operator"
    | "renew"
    | "fresh-sign-in"
    | "password-reset"
    | "expired-form"
    | null;
  /** Idle limit in minutes, for the words of `idle`. */
  readonly idleMinutes: number;
  /** Error of the last attempt. */
  readonly error: {
    readonly code: LoginErrorCode;
    readonly reference: string;
    readonly retryInSeconds?: number | undefined;
  } | null;
  /** Input of the last attempt; never a secret. */
  readonly username: string;
  /** Box ticked in the last attempt; empty at first. */
  readonly rememberMe: boolean;
  /** The session of this browser asks before each further site, and the next one will too (CAS: warn). */
  readonly askBefore: boolean;
  /** Addresses of the pages for a forgotten password and, unless sign-up is off, for a link to a new account. */
  readonly otherWays: {
    readonly forgotPassword: string;
    readonly signUp: { readonly mode: "open" | "invitation"; readonly href: string } | null;
  };
  /** Life of a session with "remember me", in days. */
  readonly rememberDays: number;
}

/** After the right password: the user chooses another one, because an operator set it. */
export interface NewPasswordScreen {
  readonly action: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly username: string;
  /** An operator set the password, or it is too short without the second step that an operator turned off. */
  readonly because: "set-by-operator" | "too-short";
  /** Smallest number of characters. */
  readonly least: number;
  /** Words that others connect with the user. */
  readonly about: readonly string[];
  readonly error: NewPasswordError | null;
  /** Address of the sign-in form. */
  readonly startAgain: string;
}

export type NewPasswordError =
  | { readonly code: "password_missing" | "password_same" }
  /** The rule refuses it, for the reason in `why`. */
  | { readonly code: "password_refused"; readonly why: string };

/** The choice of account: one user is signed in, and a form, a site or a page left open names another. */
export interface ChooseAccountScreen {
  readonly action: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  /** Destination; `null`: the hub itself. */
  readonly site: SiteName | null;
  /** The user signed in in this browser. */
  readonly person: { readonly name: string; readonly username: string };
  /**
   * Reason for the question: the sign-in form named another user, or nobody; the passkey or the account at
   * another provider is another user's; a site suggests
   * another account; the page was opened before another user signed in; a site accepts only another account; the
   * site asks the user to choose (prompt=select_account).
   */
  readonly because:
    | "typed"
    | "passkey"
    | "provider"
    | "suggested"
    | "opened-before"
    | "other-asked-for"
    | "asked-to-choose"
    | "not-you";
  /** The other username, as typed or suggested; empty: none. */
  readonly other: string;
  /** Link back to a site that accepts only another account; `null`: the signed-in user can continue. */
  readonly decline: {
    readonly action: string;
    readonly hidden: readonly { readonly name: string; readonly value: string }[];
    readonly site: SiteName;
  } | null;
}

/** Asks before another site learns who the user is (CAS: warn). */
export interface AskBeforeScreen {
  readonly action: string;
  /** Hidden fields: form token, service … */
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly site: SiteName;
  readonly person: { readonly name: string; readonly username: string };
  /** The requested page needs a sign-in; false: the site only asked whether the user is signed in (gateway). */
  readonly needed: boolean;
  /** Target of "not now": the service without a ticket, or the site's front page. */
  readonly declineTo: string;
}

/** Asks whether to sign out, because a site requested it (RP-initiated logout). */
export interface SignOutScreen {
  readonly action: string;
  /** Hidden fields; the button that says yes is named `logout`. */
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  /** The site that requested it; `null`: unknown. */
  readonly site: SiteName | null;
}

/** The consent page: what a site may see and do. */
export interface ConsentScreen {
  readonly action: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly site: SiteName;
  /** The party responsible for the site. */
  readonly about: {
    /** Run by the operator of the hub. */
    readonly firstParty: boolean;
    /** A program on the user's device; others could pretend to be it. */
    readonly native: boolean;
    readonly policy: { readonly uri: string; readonly host: string } | null;
    readonly terms: { readonly uri: string; readonly host: string } | null;
  };
  readonly person: { readonly name: string; readonly username: string };
  /** Optional scopes; each ticked one is sent as `allow:<value>`. */
  readonly asks: readonly {
    readonly value: string;
    readonly words: string;
    /** Moves money or cannot be undone: not ticked in advance. */
    readonly sensitive: boolean;
  }[];
  /** Released with consent, without a choice, as the registration says. */
  readonly gets: readonly string[];
  /** Allowed earlier and not decided now; `null`: nothing. */
  readonly before: {
    readonly items: readonly {
      readonly value: string;
      readonly words: string;
      /** Requested this time too, and so released by this sign-in. */
      readonly requested: boolean;
    }[];
    /** The site may keep access after sign-out, and requests it. */
    readonly offline: boolean;
    readonly until: Date;
  } | null;
  /** Actions that the site cannot perform, described likewise. */
  readonly never: readonly string[];
  /** The site requests access after sign-out. */
  readonly offline: boolean;
  /** Durations on offer, sent as `duration`; empty: until the session ends. `days` is `null` for only this time. */
  readonly durations: readonly {
    readonly value: string;
    readonly days: number | null;
    readonly chosen: boolean;
  }[];
  /** Code shown by the device to sign in; `null`: the sign-in is in this browser. */
  readonly device: { readonly code: string } | null;
}

/** The form for the code that another device shows (RFC 8628). */
export interface DeviceCodeScreen {
  readonly action: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  /** The typed code, or the code in the address. */
  readonly code: string;
  readonly error: { readonly code: DeviceCodeErrorCode; readonly retryInSeconds?: number } | null;
}

export type DeviceCodeErrorCode = "code_missing" | "code_wrong" | "too_many_attempts";

/** Result of a decision about a device. */
export interface DeviceDoneScreen {
  readonly site: SiteName;
  /** `signed-in`: the device requested only the sign-in. `without-access`: it requested access and got none. */
  readonly outcome: "allowed" | "signed-in" | "without-access" | "declined";
  /** Allowed actions, to follow "It may". */
  readonly allows: readonly string[];
  /** The access continues after sign-out. */
  readonly offline: boolean;
  /** `null`: until the session ends. */
  readonly days: number | null;
}

/** A ticket or code on its way to a site that wants it by POST (CAS: method=POST; OAuth: response_mode=form_post). */
export interface TicketFormScreen {
  /** The service address, or the redirect URI. */
  readonly action: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly site: SiteName;
}

/** The page that leads from a form of the hub to a site. */
export interface LeavingScreen {
  /** Target of the replaced redirect: a registered address, or an address of the hub that redirects to one. */
  readonly address: string;
  /** `null`: the address is at the hub, and the site is not known yet. */
  readonly site: SiteName | null;
  /** The address opens a program, which may have its own window; this page then stays open. */
  readonly opensProgram: boolean;
}

export type LoginErrorCode =
  | "username_missing"
  | "password_missing"
  | "credentials_wrong"
  | "too_many_attempts"
  | "form_expired"
  | "sign_in_expired"
  | "cookies_missing"
  | "passkey_expired"
  | "passkey_unknown"
  | "passkey_invalid"
  | "passkey_cloned";

export interface LoggedOutScreen {
  /** Sites with a sign-in, which are being told now. */
  readonly sites: readonly SiteName[];
  /** Sites that stay signed in, because they have no logout address. */
  readonly stays: readonly (SiteName & { readonly url: string })[];
  /** A session existed before this request. */
  readonly wasSignedIn: boolean;
  /** All sessions of the user ended. */
  readonly isEverywhere: boolean;
  /** The account will be deleted then; left out: it is not going to be. */
  readonly deletionDueAt?: Date;
  /** Front-channel logout URLs, loaded as hidden pictures. */
  readonly frontChannel: readonly string[];
  /** The registered site to continue to, if this page had to come in between. */
  readonly continueTo: (SiteName & { readonly url: string }) | null;
}

/** A refused request: an explanation, never a redirect. */
export interface RefusedScreen {
  readonly title: string;
  /** Plain sentences: what was wrong, what to do. */
  readonly sentences: readonly string[];
  /** Details for the operators of the site, in the protocol's terms; folded. */
  readonly forItsPeople?: string | undefined;
  readonly code: string;
  readonly reference: string;
  /** Link to continue; left out: the home page. */
  readonly link?: { readonly label: string; readonly href: string } | undefined;
}

export interface HomeScreen {
  /** Address of the sign-up page; `null` unless `SIGN_UP=open`. */
  readonly signUp: string | null;
  readonly sites: readonly (SiteName & { readonly url: string })[];
}

export interface ScreenOf<Name extends keyof Screens> {
  readonly name: Name;
  readonly model: Screens[Name];
}

/** A screen that a route decided to show. */
export type AnyScreen = { readonly [Name in keyof Screens]: ScreenOf<Name> }[keyof Screens];

const key = Symbol.for("gatehouse.screen");
const shared = globalThis as unknown as Record<symbol, AsyncLocalStorage<AnyScreen> | undefined>;
const storage = shared[key] ?? new AsyncLocalStorage<AnyScreen>();
shared[key] = storage;

/** Runs `draw`, in which `readScreen` returns the screen: for Next, which cannot be given props. */
export function withScreen<Result>(screen: AnyScreen, draw: () => Result): Result {
  return storage.run(screen, draw);
}

/** `null` in the build, and where Next received a request without a route of the hub. */
export function readScreen(): AnyScreen | null {
  return storage.getStore() ?? null;
}
