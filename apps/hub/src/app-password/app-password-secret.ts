import { randomInt } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const shape = /^gh_[A-Za-z0-9]{43}$/;

/**
 * Makes an app password: 256 random bits. Programs that look for lost secrets find it by `gh_` and its length; letters
 * and digits alone, so that a double click takes all of it and no shell or form changes it.
 */
export function createAppPasswordSecret(): string {
  return `gh_${Array.from({ length: 43 }, () => alphabet.charAt(randomInt(alphabet.length))).join("")}`;
}

/** Whether a text has the form of an app password. Other text is probably an account's password and is never looked up. */
export function isAppPasswordSecret(text: string): boolean {
  return shape.test(text);
}
