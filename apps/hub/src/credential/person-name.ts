/** The rule for a user's full name. */
import type { PersonNameFault } from "../screen/screen.ts";

/** Longest name, in characters as users count them. */
export const longestPersonName = 60;
/** A character can be built from any number of code points; no real name comes near. */
const mostUnits = 480;

/** Control characters, line breaks, and marks that reverse the text around the name. */
const unfit = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** @param name normalized, without blanks around it; @returns `undefined`: it can be a name */
export function personNameFault(name: string): PersonNameFault | undefined {
  if (name === "") return "name_missing";
  if (!name.isWellFormed() || unfit.test(name)) return "name_unfit";
  if (name.length > mostUnits || [...characters.segment(name)].length > longestPersonName)
    return "name_too_long";
  return undefined;
}
