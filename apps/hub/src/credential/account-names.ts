/** Rules for usernames and full names, the same for sign-up, invitation, the account and operators' commands. */
import { trimInvisible } from "./typed-name.ts";

/** @see docs/decisions/0034: ASCII only, so that no two usernames look the same */
const username = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** The reason why a text cannot be a username; `undefined`: it can. @param text in lower case */
export function usernameFault(text: string): string | undefined {
  if (text === "") return "Choose a username.";
  if (username.test(text)) return undefined;
  if (/[^\p{ASCII}]/u.test(text))
    return "A username has only the letters a to z, digits and . _ - because other letters can look the same.";
  return "A username begins with a letter or digit and has only letters, digits and . _ - (at most 64 characters).";
}

/** Longest full name, in characters as users count them. */
const longestName = 60;
/** A character can be built from any number of code points; no real name comes near. */
const mostUnits = 480;

/** Line breaks, control characters, and marks that reverse the text around the name. */
const unfit = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A full name as it is stored: without invisible characters around it, and composed. */
export function fullName(typed: string): string {
  return trimInvisible(typed).normalize("NFC");
}

/** The reason why a text cannot be a full name; `undefined`: it can. @param text from `fullName` */
export function nameFault(text: string): string | undefined {
  if (text === "") return "Enter your name, as sites should show it.";
  if (!text.isWellFormed() || unfit.test(text))
    return "Enter a name without line breaks and other invisible characters.";
  if (text.length > mostUnits || [...characters.segment(text)].length > longestName)
    return `Enter a name of at most ${longestName} characters.`;
  return undefined;
}
