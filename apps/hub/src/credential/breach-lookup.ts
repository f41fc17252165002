/** Looks up whether a password is known from a breach, without sending the password or its hash. */
import { createHash } from "node:crypto";
import type { Log } from "../log.ts";
import type { Outbound } from "../outbound/outbound.ts";

/** @returns false also if the service did not answer: its outage refuses no password */
export type IsBreached = (password: string) => Promise<boolean>;

export interface BreachLookupNeeds {
  readonly outbound: Pick<Outbound, "getText">;
  readonly log: Pick<Log, "warn">;
  /** Address that the first five digits of the hash are appended to (`BREACH_LOOKUP_URL`). */
  readonly url: string;
}

/** Digits of the SHA-1 that are sent; about a thousand breached passwords share them. */
const sentDigits = 5;

/** @see https://haveibeenpwned.com/API/v3#PwnedPasswords (searching by range) */
export function createBreachLookup({ outbound, log, url }: BreachLookupNeeds): IsBreached {
  return async (password) => {
    const digest = createHash("sha1").update(password.normalize("NFC")).digest("hex").toUpperCase();
    try {
      // Padding hides from the network how many entries share the digits.
      const { status, text } = await outbound.getText(`${url}${digest.slice(0, sentDigits)}`, {
        "add-padding": "true",
      });
      if (status !== 200) throw new Error(`status ${status}`);
      return hasEntry(text, digest.slice(sentDigits));
    } catch (error) {
      log.warn({ event: "breach-lookup.failed", reason: String(error) }, "breached passwords not looked up");
      return false;
    }
  };
}

/** Lines are `<remaining digits>:<count>`; a count of 0 is padding. */
function hasEntry(text: string, rest: string): boolean {
  return text.split(/\r?\n/).some((line) => {
    const [digits = "", count = ""] = line.trim().split(":");
    return digits.toUpperCase() === rest && Number(count) > 0;
  });
}
