/** The sentences that screens share. Short, active, no blame; each gives the reason and the next step. */

import { minutesWords, waitWords } from "../src/http/wait-words.ts";
import type { LoginErrorCode, LoginScreen } from "../src/screen/screen.ts";

type Reason = NonNullable<LoginScreen["reason"]>;

/**
 * Explains why the user must sign in again: one sentence for the reason, one for the next step.
 *
 * @param site the name of the site that sent the user
 */
export function reasonWords(
  reason: Reason,
  idleMinutes: number,
  site?: string,
): { readonly why: string; readonly next: string } {
  const next = "Sign in to go on.";
  switch (reason) {
    case "idle":
      return { why: `You were signed out after ${minutesWords(idleMinutes)} without activity.`, next };
    case "absolute":
      return { why: "You had been signed in for a long time, so you were signed out.", next };
    case "ended-elsewhere":
      return { why: "You were signed out here from another browser.", next };
    case "signed-out":
      return { why: "This browser was signed out.", next };
    case "disabled":
      return { why: "You were signed out because your account is not in use at present.", next: askOperator };
    case "password-changed":
      return {
        why: "You were signed out because your password was changed.",
        next: "Sign in with the new password.",
      };
    case "ended-by-operator":
      return { why: "You were signed out by the people who run Gatehouse.", next };
    case "renew":
      return { why: `${site ?? "Gatehouse"} needs to be sure that it is you.`, next: "Sign in once more." };
    case "fresh-sign-in":
      return {
        why: "This page needs a sign-in from the last five minutes, with your second step if you have one.",
        next: "Sign in again.",
      };
    case "password-reset":
      return { why: "Your new password is set.", next: "Sign in with it." };
    case "expired-form":
      return { why: "The page stood open for too long.", next };
  }
}

const askOperator = "Ask the people who run Gatehouse if you need it.";

/** The field an error is about; none when it is about the form. */
type ErrorField = "username" | "password";

export interface LoginErrorWords {
  readonly text: string;
  /** The input that the summary leads to. */
  readonly field: ErrorField;
  /** Repeated at the input itself; errors of the whole form are not. */
  readonly atField: boolean;
}

/**
 * An unknown user, a wrong password and a disabled account are one code and one sentence: nobody learns here who
 * has an account.
 */
export function loginErrorWords(code: LoginErrorCode, retryInSeconds?: number): LoginErrorWords {
  switch (code) {
    case "username_missing":
      return { text: "Enter your username or email.", field: "username", atField: true };
    case "password_missing":
      return { text: "Enter your password.", field: "password", atField: true };
    case "credentials_wrong":
      return {
        text: "This username or email and password do not belong together. Check both and try again.",
        field: "username",
        atField: false,
      };
    case "sign_in_expired":
      return {
        text: "This sign-in has expired or was completed elsewhere. Sign in again.",
        field: "username",
        atField: false,
      };
    case "too_many_attempts":
      return {
        text: `${tooManyWords(retryInSeconds)}${waysAround(retryInSeconds)}`,
        field: "password",
        atField: false,
      };
    case "form_expired":
      return {
        text: "The page stood open for too long, was sent twice, or somebody signed in or out in another tab. Enter your password again.",
        field: "password",
        atField: false,
      };
    case "cookies_missing":
      return {
        text: "Signing in needs cookies, and your browser sent none. Enter your password again. If this comes back, allow cookies for this site.",
        field: "password",
        atField: false,
      };
    case "passkey_expired":
      return {
        text: "The page stood open for too long, or was sent twice. Use your passkey again.",
        field: "username",
        atField: false,
      };
    case "passkey_unknown":
      return {
        text: "No account here signs in with this passkey. It may have been removed. Choose another way to sign in.",
        field: "username",
        atField: false,
      };
    case "passkey_invalid":
      return {
        text: "Your passkey could not be verified. Try again, or sign in with your password.",
        field: "username",
        atField: false,
      };
    case "passkey_cloned":
      return {
        text: "This passkey was not accepted, because a copy of it may exist. Sign in with your password, then remove the passkey from your account.",
        field: "username",
        atField: false,
      };
  }
}

/** Other ways to sign in. None for a wait of seconds, which ends before the user has found one. */
function waysAround(seconds: number | undefined): string {
  return seconds === undefined || seconds < 60
    ? ""
    : " A passkey, a new password, or another browser that you use works at once.";
}

/** Shared by all forms that verify a password or code. */
export function tooManyWords(seconds: number | undefined): string {
  return `There were too many tries. Try again in ${waitWords(seconds)}.`;
}

/** Explains "keep me signed in" beside its checkbox. */
export function rememberWords(days: number): string {
  return `For ${days === 1 ? "1 day" : `${days} days`}. Not on a computer that others use.`;
}

/** "Corner Shop", "Corner Shop and Harbour Bank", "A, B and C". */
export function listWords(names: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(names);
}
