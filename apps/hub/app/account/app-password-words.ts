/** The sentences about app passwords. */
import type { Allowed, MakeAppPasswordErrorCode } from "../../src/screen/screen.ts";
import { listWords } from "../words.ts";

/** "It may see who you are, and see your accounts and send money at Harbour Bank." */
export function allowsWords(allows: readonly Allowed[]): string {
  const places = [...new Set(allows.map(({ at }) => at))];
  const parts = places.map((place) => {
    const things = listWords(allows.filter(({ at }) => at === place).map(({ words }) => words));
    return place === null ? things : `${things} at ${place}`;
  });
  return `It may ${parts.join(", and ")}.`;
}

/** "See your accounts at Harbour Bank", of one thing. */
export function allowedLabel({ words, at }: Allowed): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${at === null ? "" : ` at ${at}`}`;
}

/** "90 days", "a year". */
export function lifeWords(days: number): string {
  return days === 365 ? "A year" : `${days} days`;
}

interface ErrorWords {
  readonly text: string;
  /** The part of the form it is about; none when it is about none. */
  readonly part?: "name" | "scopes" | "days";
}

export function makeErrorWords(code: MakeAppPasswordErrorCode, longestName: number): ErrorWords {
  switch (code) {
    case "name_missing":
      return { text: "Enter a name.", part: "name" };
    case "name_too_long":
      return { text: `Enter a name of at most ${longestName} characters.`, part: "name" };
    case "scope_missing":
      return { text: "Choose what it may do.", part: "scopes" };
    case "life_missing":
      return { text: "Choose for how long.", part: "days" };
    case "too_many":
      return {
        text: "You have as many as one can have. Revoke one that you do not need, then make this one.",
      };
  }
}
