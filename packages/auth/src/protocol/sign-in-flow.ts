import { randomInt } from "node:crypto";
import { parseReturnTo } from "../http/return-to.ts";
import { type Acr, parseAcr } from "../session/acr.ts";

/**
 * One sign-in: the redirect to the hub and back.
 *
 * It travels in the address and not in a cookie, so that several tabs that open at once each return to their own page: in
 * the service URL, to which the hub binds the ticket (CAS), or sealed into the state (OpenID Connect). The path is checked
 * again on return.
 */
export interface SignInFlow {
  /** Name of the flow's state cookie. Not a secret. */
  readonly id: string;
  readonly returnTo: string;
  /** `recognise` asks the hub without showing anything (CAS: gateway; OpenID Connect: prompt=none). */
  readonly purpose: "sign-in" | "recognise";
  /** The second attempt is the last, because a browser without cookies would loop. */
  readonly attempt: 1 | 2;
  /** Maximum age of the authentication in seconds; null: any. */
  readonly maxAge: number | null;
  /** Weakest sign-in that is sufficient; null: any. */
  readonly acr: Acr | null;
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Starts a flow under a new id. */
export function startFlow(flow: Omit<SignInFlow, "id">): SignInFlow {
  const id = Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join("");
  return { id, ...flow };
}

/** The callback, the only address that the hub redirects browsers back to. */
export function callbackUrl(siteUrl: string): string {
  return `${siteUrl}/api/auth/callback/gatehouse`;
}

/** Parses a flow from text. The protocol checks that it is authentic. */
export function parseFlow(
  { id, returnTo, purpose, attempt, maxAge, acr }: Readonly<Record<keyof SignInFlow, string | null>>,
  siteUrl: string,
): SignInFlow | null {
  if (!id || !/^[A-Za-z0-9]{10}$/.test(id)) return null;
  return {
    id,
    returnTo: parseReturnTo(returnTo, siteUrl) ?? "/",
    purpose: purpose === "recognise" ? "recognise" : "sign-in",
    attempt: attempt === "2" ? 2 : 1,
    maxAge: parseMaxAge(maxAge),
    acr: parseAcr(acr),
  };
}

/** Parses a maximum age from text. */
export function parseMaxAge(value: string | null): number | null {
  return value !== null && /^\d{1,9}$/.test(value) ? clampMaxAge(Number(value)) : null;
}

/** A maximum age between ten seconds, which the redirect takes, and a day, the longest session; NaN becomes ten. */
export function clampMaxAge(maxAge: number): number {
  return Math.min(Math.max(Math.floor(maxAge) || 0, 10), 86_400);
}

/**
 * Whether the user authenticated within `maxAge` seconds; an unknown time counts as too old.
 *
 * @param now the clock, in milliseconds
 */
export function isRecent(authenticatedAt: number | null, maxAge: number, now: number): boolean {
  return authenticatedAt !== null && now / 1000 - authenticatedAt <= maxAge;
}
