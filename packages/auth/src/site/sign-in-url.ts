import type { Acr } from "../session/acr.ts";
import type { RequestStanding } from "../session/site-session.ts";

/** Address that starts a sign-in. */
export function signInUrl(returnTo = "/", reason?: string): string {
  const query = new URLSearchParams({ returnTo, ...(reason && { reason }) });
  return `/api/auth/sign-in?${query}`;
}

/**
 * Address that a page redirects a browser without a session to.
 *
 * @param signedOutHere the user signed out at this site within the last minute: *Back* leads to a page that says so,
 *   because the hub's sign-in page would give no reason
 */
export function addressToSignIn(
  standing: Exclude<RequestStanding, { state: "signed-in" }>,
  returnTo: string,
  signedOutHere: boolean,
): string {
  const query = new URLSearchParams({ returnTo });
  if (standing.state === "unclear") return `/api/auth/unavailable?${query}`;
  if (standing.state === "anonymous" && signedOutHere) return `/api/auth/signed-out?${query}`;
  return signInUrl(returnTo, standing.state === "ended" ? standing.reason : undefined);
}

/**
 * Address that asks a signed-in user to authenticate again, because the page requires a more recent or a stronger sign-in.
 *
 * @param lacking the unmet requirements; null: met
 */
export function addressToReauthenticate(
  returnTo: string,
  { maxAge, acr }: { readonly maxAge: number | null; readonly acr: Acr | null },
): string {
  const query = new URLSearchParams({ returnTo });
  if (maxAge !== null) query.set("maxAge", String(maxAge));
  if (acr !== null) query.set("acr", acr);
  return `/api/auth/sign-in?${query}`;
}
