import { AsyncLocalStorage } from "node:async_hooks";
import type { AccountScreen, AppPasswordMadeScreen, MakeAppPasswordScreen } from "./account-screens.ts";

/**
 * What the hub hands to a screen. A Hono route decides and makes one of these; the Next page of
 * the same name reads it with `readScreen` and draws. Screens never look anything up themselves.
 *
 * The storage is shared through `globalThis`: the server's modules and Next's bundle are two copies.
 */
export interface Screens {
  login: LoginScreen;
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
  account: AccountScreen;
  "make-app-password": MakeAppPasswordScreen;
  "app-password-made": AppPasswordMadeScreen;
}

export type * from "./account-screens.ts";

/** A site as people know it. */
export interface SiteName {
  readonly name: string;
  /** Host of the address bar, `shop.localhost`. */
  readonly host: string;
}

export interface LoginScreen {
  /** Where the form posts to: `/cas/login`. */
  readonly action: string;
  /** Hidden fields, in order: login ticket `lt`, `service`, `renew` … */
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  /** The site that sent her, if one did. */
  readonly site: (SiteName & { readonly url: string }) | null;
  /** Somebody is signed in, and may go on without the form. */
  readonly signedIn: {
    readonly name: string;
    readonly username: string;
    readonly continueTo: string;
  } | null;
  /** Why she is asked again: drawn as a calm notice above the form. */
  readonly reason:
    | "idle"
    | "absolute"
    | "ended-elsewhere"
    | "signed-out"
    | "disabled"
    | "password-changed"
    | "ended-by-operator"
    | "renew"
    | "expired-form"
    | null;
  /** Idle limit in minutes, for the words of `idle`. */
  readonly idleMinutes: number;
  /** What went wrong with the last attempt. */
  readonly error: {
    readonly code: LoginErrorCode;
    readonly reference: string;
    readonly retryInSeconds?: number | undefined;
  } | null;
  /** What she typed before; never a secret. */
  readonly username: string;
  /** What she ticked before; nothing at first. */
  readonly rememberMe: boolean;
  readonly askBefore: boolean;
  /** How long "remember me" keeps a browser signed in. */
  readonly rememberDays: number;
}

/** Somebody is signed in here, and a form, a site or a page left open names somebody else. */
export interface ChooseAccountScreen {
  readonly action: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  /** Where the user is going; `null`: to the hub itself. */
  readonly site: SiteName | null;
  /** Signed in in this browser. */
  readonly person: { readonly name: string; readonly username: string };
  /**
   * The sign-in form was sent with another name, or without one; a site suggests another account; the page was opened
   * before somebody else signed in; a site takes another account alone.
   */
  readonly because: "typed" | "suggested" | "opened-before" | "other-asked-for" | "not-you";
  /** The other user name as it was typed or suggested; empty: none was. */
  readonly other: string;
  /** How to go back to a site that takes another account alone; `null`: whoever is signed in can go on. */
  readonly decline: {
    readonly action: string;
    readonly hidden: readonly { readonly name: string; readonly value: string }[];
    readonly site: SiteName;
  } | null;
}

/** Before another site learns who she is, because she wants to be asked (CAS: warn). */
export interface AskBeforeScreen {
  readonly action: string;
  /** Hidden fields: form token, service … */
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly site: SiteName;
  readonly person: { readonly name: string; readonly username: string };
  /** The page she wanted can only be shown to somebody whom the site knows; else the site only wanted to know. */
  readonly needed: boolean;
  /** Where "not now" leads: back without a ticket, or to the site's front page. */
  readonly declineTo: string;
}

/** Whether to sign out, because a site asked for it (RP-initiated logout). */
export interface SignOutScreen {
  readonly action: string;
  /** Hidden fields; the button that says yes is named `logout`. */
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  /** Which site asked; `null`: it did not say. */
  readonly site: SiteName | null;
}

/** What a site may see and do, because the user says so. */
export interface ConsentScreen {
  readonly action: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly site: SiteName;
  /** Who answers for it. */
  readonly about: {
    /** Run by the operator of the hub. */
    readonly firstParty: boolean;
    /** A program on the user's device; others could pretend to be it. */
    readonly native: boolean;
    readonly policy: { readonly uri: string; readonly host: string } | null;
    readonly terms: { readonly uri: string; readonly host: string } | null;
  };
  readonly person: { readonly name: string; readonly username: string };
  /** Each can be declined; sent as `allow:<value>` for each that is ticked. */
  readonly asks: readonly {
    readonly value: string;
    readonly words: string;
    /** Moves money or cannot be undone: not ticked beforehand. */
    readonly sensitive: boolean;
  }[];
  /** Comes with a yes, without a choice: its registration says so. */
  readonly gets: readonly string[];
  /** Allowed before, and not decided now; `null`: nothing. */
  readonly before: {
    readonly items: readonly {
      readonly value: string;
      readonly words: string;
      /** It is asked for this time too, and so released by this sign-in. */
      readonly requested: boolean;
    }[];
    /** It may go on while the user is signed out, and wants to. */
    readonly offline: boolean;
    readonly until: Date;
  } | null;
  /** What it will not be able to do, in the same words. */
  readonly never: readonly string[];
  /** It asks to go on while the user is signed out. */
  readonly offline: boolean;
  /** For how long a yes may hold, sent as `duration`; empty: until the session ends. `days` is `null` for this once. */
  readonly durations: readonly {
    readonly value: string;
    readonly days: number | null;
    readonly chosen: boolean;
  }[];
  /** What the device shows that will be signed in; `null`: it is this browser that goes on. */
  readonly device: { readonly code: string } | null;
}

/** Where a person types what another device shows (RFC 8628). */
export interface DeviceCodeScreen {
  readonly action: string;
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  /** What she typed, or what the address brought along. */
  readonly code: string;
  readonly error: { readonly code: DeviceCodeErrorCode; readonly retryInSeconds?: number } | null;
}

export type DeviceCodeErrorCode = "code_missing" | "code_wrong" | "too_many_attempts";

/** What was decided about a device. */
export interface DeviceDoneScreen {
  readonly site: SiteName;
  /** `signed-in`: it asked for nothing else. `without-access`: it asked, and got nothing of it. */
  readonly outcome: "allowed" | "signed-in" | "without-access" | "declined";
  /** What it may, in words that follow "It may". */
  readonly allows: readonly string[];
  /** It goes on while the user is signed out. */
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

/** On the way from a form of the hub to a site. */
export interface LeavingScreen {
  /** Where a redirect would have led: a registered address, or one of the hub that goes on to one. */
  readonly address: string;
  /** `null`: the address goes on at the hub, for a site that is not known at this point. */
  readonly site: SiteName | null;
  /** It may have a window of its own, and then this page stays where it is. */
  readonly opensProgram: boolean;
}

export type LoginErrorCode =
  | "username_missing"
  | "password_missing"
  | "credentials_wrong"
  | "too_many_attempts"
  | "form_expired"
  | "cookies_missing";

export interface LoggedOutScreen {
  /** Sites that had a sign-in and are being told now. */
  readonly sites: readonly SiteName[];
  /** Sites that stay signed in, because they have no address to be told at. */
  readonly stays: readonly (SiteName & { readonly url: string })[];
  /** Somebody was signed in when she came. */
  readonly wasSignedIn: boolean;
  /** Addresses that tell a site by way of this browser; loaded as pictures that nobody sees. */
  readonly frontChannel: readonly string[];
  /** The registered site she wanted to go back to, when this page had to come in between. */
  readonly continueTo: (SiteName & { readonly url: string }) | null;
}

/** A request that is answered by an explanation and never by a redirect. */
export interface RefusedScreen {
  readonly title: string;
  /** Plain sentences: what was wrong, what to do. */
  readonly sentences: readonly string[];
  /** For the people of the site that sent her, in the protocol's words; folded away from everybody else. */
  readonly forItsPeople?: string | undefined;
  readonly code: string;
  readonly reference: string;
  /** Where to go on; left out: to the front page. */
  readonly wayOn?: { readonly label: string; readonly href: string } | undefined;
}

export interface HomeScreen {
  readonly sites: readonly (SiteName & { readonly url: string })[];
}

interface Current {
  readonly name: keyof Screens;
  readonly model: Screens[keyof Screens];
}

const key = Symbol.for("gatehouse.screen");
const shared = globalThis as unknown as Record<symbol, AsyncLocalStorage<Current> | undefined>;
const storage = shared[key] ?? new AsyncLocalStorage<Current>();
shared[key] = storage;

/** Runs `draw` with a screen's model in reach of `readScreen`. */
export function withScreen<Name extends keyof Screens, Result>(
  name: Name,
  model: Screens[Name],
  draw: () => Result,
): Result {
  return storage.run({ name, model }, draw);
}

/** The model of the screen that is being drawn; `null` when Next was asked for the page past the hub's routes. */
export function readScreen<Name extends keyof Screens>(name: Name): Screens[Name] | null {
  const current = storage.getStore();
  return current?.name === name ? (current.model as Screens[Name]) : null;
}
