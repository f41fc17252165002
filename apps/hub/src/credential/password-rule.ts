/**
 * The rule for new passwords, the same wherever one is set: form, link, command line. It also ensures that a password
 * can be entered everywhere: in forms, by REST and by HTTP clients, which all restrict their input. It asks for no kinds of
 * characters and no regular change.
 *
 * @see NIST SP 800-63B-4, section 3.1.1.2; OWASP ASVS 5.0, V6.2
 */
import type { IsBreached } from "./breach-lookup.ts";
import type { EstimateGuesses } from "./guessability.ts";
import { knownPhrases } from "./known-phrases.ts";

/**
 * Maximum length in characters. Far below the 4,096 bytes that servers, browsers and password managers accept, and longer
 * than anybody would type; at least 64 must be accepted.
 */
const longestPassword = 512;

/** A character decomposes into at most four, each of at most two UTF-16 units: a longer text cannot be a password. */
const mostTyped = longestPassword * 8;

/**
 * Browsers drop line breaks from a password field, keyboards cannot type control characters, and RFC 7617 forbids them.
 */
const control = /[\p{Cc}\u2028\u2029]/u;

/** Shorter words are parts of too many others. */
const shortestWord = 3;

/** Rest of a password, in characters, that may be combined with words that others know. */
const shortestRest = 8;

/** Smallest number of characters (`PASSWORD_MIN`, `PASSWORD_MIN_WITH_FACTOR`). */
export interface PasswordLengths {
  readonly alone: number;
  readonly withFactor: number;
}

/**
 * Guesses that a password must withstand, as base-10 logarithms: what zxcvbn calls safely unguessable, and with a second
 * factor somewhat guessable.
 */
const leastGuesses = { alone: 8, withFactor: 6 } as const;

export interface PasswordRuleNeeds {
  readonly lengths: PasswordLengths;
  /** Names that every user knows: those of the hub and of its sites. */
  readonly commonWords: () => readonly string[];
  readonly estimateGuesses: EstimateGuesses;
  readonly isBreached: IsBreached;
}

export interface PasswordUse {
  /** Words about the user, from `wordsOfUser`. */
  readonly about: readonly string[];
  /** False: the user has a second factor, too. */
  readonly isOnlyFactor: boolean;
}

/**
 * The reason why a password cannot be set, as a sentence that says what to do; `undefined`: it can be set.
 */
export type PasswordFault = (password: string, use: PasswordUse) => Promise<string | undefined>;

export function createPasswordRule(needs: PasswordRuleNeeds): PasswordFault {
  return async (password, { about, isOnlyFactor }) => {
    const strength = isOnlyFactor ? "alone" : "withFactor";
    const fault = typingFault(password, needs.lengths[strength]);
    if (fault !== undefined) return fault;
    const composed = password.normalize("NFC");
    const isGuessable = async (text: string): Promise<boolean> =>
      (await needs.estimateGuesses(text)) < leastGuesses[strength];
    // First, because it names the fault: with such a word a password is often easy to guess besides.
    const { found, rest } = withoutWords(composed, [...about, ...needs.commonWords()]);
    if (found.length > 0 && ([...rest].length < shortestRest || (await isGuessable(rest))))
      return `Without ${listWords(found)}, which others know or can find out, too little of this password is left. Choose another one.`;
    if (await isGuessable(composed))
      return "This password is one of the first that an attacker would try: a common one, a repetition or a pattern. Choose another one, such as four words that have nothing to do with each other.";
    for (const remains of withoutPhrases(composed))
      if ([...remains].length < shortestRest || (await isGuessable(remains)))
        return "This password is a phrase that everybody knows, with too little added to it. Choose another one, such as four words that nobody has published together.";
    if (await needs.isBreached(composed))
      return "This password is known from a theft of passwords at another service. Choose another one, and change it wherever else you use it.";
    return undefined;
  };
}

/**
 * The part of the rule that concerns typing: length and characters. The length is counted in characters, after the
 * normalization that precedes hashing.
 *
 * @param shortest minimum number of characters
 */
export function typingFault(password: string, shortest: number): string | undefined {
  if (isTooLong(password)) return `Use at most ${longestPassword} characters.`;
  if (!password.isWellFormed()) return "The password must be text in UTF-8.";
  if ([...password.normalize("NFC")].length < shortest) return `Use at least ${shortest} characters.`;
  if (control.test(password))
    return "The password must not contain line breaks, TABs or other control characters: they cannot be typed into the form.";
  return undefined;
}

/** Whether a typed text is longer than any password; it is then wrong, and needs no hash. */
export function isTooLong(typed: string): boolean {
  return typed.length > mostTyped || [...typed.normalize("NFC")].length > longestPassword;
}

/** Whether a password is long enough to be the only factor; stored with it (`stands_alone`). */
export function standsAlone(password: string, { alone }: PasswordLengths): boolean {
  return [...password.normalize("NFC")].length >= alone;
}

/** Words that others connect with a user. */
export function wordsOfUser(user: {
  readonly username: string;
  readonly name: string;
  readonly email: string;
}): readonly string[] {
  return [user.username, user.name, user.email];
}

/**
 * Removes the names and their parts from a password. Case, accents and the usual replacements of letters by digits make no
 * difference.
 */
function withoutWords(
  password: string,
  names: readonly string[],
): { readonly found: readonly string[]; readonly rest: string } {
  const words = [...new Set(names.flatMap(partsOf))].sort((a, b) => b.length - a.length);
  const found: string[] = [];
  let rest = [...password];
  for (const word of words) {
    const shorter = withoutWord(rest, [...word].map(fold));
    if (shorter.length === rest.length) continue;
    found.push(word);
    rest = shorter;
  }
  return { found, rest: rest.join("") };
}

/**
 * Remains of a password without the phrases that everybody knows; empty: it has none. Separators do not count: those that often
 * stand for letters (`@`, `!`) are read as both, and digits too, for they may separate words.
 */
function withoutPhrases(password: string): readonly string[] {
  const characters = [...password];
  const plain = characters.filter((character) => letterOrDigit.test(character));
  const readings = [
    { read: plain, beside: [] },
    { read: characters.filter((character) => letterOrDigit.test(fold(character))), beside: [] },
    { read: plain.filter((one) => letter.test(one)), beside: plain.filter((one) => !letter.test(one)) },
  ];
  return readings.flatMap(({ read, beside }) => {
    const rest = withoutAnyPhrase(read);
    return rest.length === read.length ? [] : [[...rest, ...beside].join("")];
  });
}

/** Again and again, because a phrase may stand inside another one. */
function withoutAnyPhrase(characters: readonly string[]): readonly string[] {
  const text = characters.map(fold).join("");
  const found = foldedPhrases.filter((phrase) => text.includes(phrase.join("")));
  const rest = found.reduce(withoutWord, characters);
  return rest.length === characters.length ? characters : withoutAnyPhrase(rest);
}

/** The name itself, without blanks, and each of its words. */
function partsOf(name: string): readonly string[] {
  const lower = name.normalize("NFC").toLowerCase();
  const parts = [lower, lower.replace(/\s+/g, ""), ...lower.split(/[^\p{L}\p{N}\p{M}]+/u)];
  return parts.filter((part) => [...part].length >= shortestWord);
}

/** @param word folded characters */
function withoutWord(characters: readonly string[], word: readonly string[]): string[] {
  const folded = characters.map(fold);
  const rest: string[] = [];
  for (let at = 0; at < characters.length; at++) {
    if (word.every((character, index) => character === folded[at + index])) at += word.length - 1;
    else rest.push(characters[at] as string);
  }
  return rest;
}

const replacements: Readonly<Record<string, string>> = {
  "4": "a",
  "@": "a",
  "3": "e",
  "0": "o",
  $: "s",
  "5": "s",
  "7": "t",
  // These stand for each other.
  "1": "l",
  "!": "l",
  "|": "l",
  i: "l",
};

function fold(character: string): string {
  const plain = character.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  return replacements[plain] ?? plain;
}

const letterOrDigit = /[\p{L}\p{N}]/u;
const letter = /\p{L}/u;

/** Longest first: some begin with another one. */
const foldedPhrases = knownPhrases
  .toSorted((a, b) => b.length - a.length)
  .map((phrase) => [...phrase].map(fold));

function listWords(words: readonly string[]): string {
  return new Intl.ListFormat("en-GB").format(words.map((word) => `“${word}”`));
}
