import { randomInt } from "node:crypto";
import { parseReturnTo } from "../http/return-to.ts";

/**
 * One way to the hub and back.
 *
 * It travels with the person and not in a cookie, so that five tabs that open at once each come back to their own
 * page: in the service URL, which the hub binds the ticket to (CAS), or sealed into the state (OpenID Connect). The
 * path is judged again on return all the same.
 */
export interface SignInFlow {
  /** Names the flow's own state cookie. Not a secret. */
  readonly id: string;
  readonly returnTo: string;
  /** `recognise` asks the hub without showing anything (CAS: gateway; OpenID Connect: prompt=none). */
  readonly purpose: "sign-in" | "recognise";
  /** The second attempt is the last: a browser that refuses cookies must not go round for ever. */
  readonly attempt: 1 | 2;
  /** How long ago she may have proved who she is, in seconds; null: as long as her session lives. */
  readonly maxAge: number | null;
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Starts a flow under a new id. */
export function startFlow(flow: Omit<SignInFlow, "id">): SignInFlow {
  const id = Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join("");
  return { id, ...flow };
}

/** The only address that the hub sends people back to, before anything is added to it. */
export function callbackUrl(siteUrl: string): string {
  return `${siteUrl}/api/auth/callback/gatehouse`;
}

/** Reads what a flow is made of, when it travelled as text. Whether to believe it is the protocol's matter. */
export function parseFlow(
  { id, returnTo, purpose, attempt, maxAge }: Readonly<Record<keyof SignInFlow, string | null>>,
  siteUrl: string,
): SignInFlow | null {
  if (!id || !/^[A-Za-z0-9]{10}$/.test(id)) return null;
  return {
    id,
    returnTo: parseReturnTo(returnTo, siteUrl) ?? "/",
    purpose: purpose === "recognise" ? "recognise" : "sign-in",
    attempt: attempt === "2" ? 2 : 1,
    maxAge: parseMaxAge(maxAge),
  };
}

/** Reads an age that travelled as text. */
export function parseMaxAge(value: string | null): number | null {
  return value !== null && /^\d{1,9}$/.test(value) ? feasibleAge(Number(value)) : null;
}

/** In less than ten seconds she could not come back; longer than a day no sign-in lives. What is no number is strict. */
export function feasibleAge(maxAge: number): number {
  return Math.min(Math.max(Math.floor(maxAge) || 0, 10), 86_400);
}

/**
 * Whether she proved who she is no longer ago than that; what nobody knows is long ago.
 *
 * @param now the clock, in milliseconds
 */
export function isRecent(authenticatedAt: number | null, maxAge: number, now: number): boolean {
  return authenticatedAt !== null && now / 1000 - authenticatedAt <= maxAge;
}
