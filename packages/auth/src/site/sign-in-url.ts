import type { RequestStanding } from "../session/site-session.ts";

/** Where a link or redirect starts a sign-in. */
export function signInUrl(returnTo = "/", reason?: string): string {
  const query = new URLSearchParams({ returnTo, ...(reason && { reason }) });
  return `/api/auth/sign-in?${query}`;
}

/**
 * Where a page sends a browser without a session.
 *
 * @param signedOutHere the user signed out at this site within the last minute: *Back* leads to a page that says so,
 *   because the hub's sign-in page would give no reason
 */
export function wayToSignIn(
  standing: Exclude<RequestStanding, { state: "signed-in" }>,
  returnTo: string,
  signedOutHere: boolean,
): string {
  const query = new URLSearchParams({ returnTo });
  if (standing.state === "unclear") return `/api/auth/unavailable?${query}`;
  if (standing.state === "anonymous" && signedOutHere) return `/api/auth/signed-out?${query}`;
  return signInUrl(returnTo, standing.state === "ended" ? standing.reason : undefined);
}

/** Where a page sends someone who is signed in, for longer than the page takes. */
export function wayToProve(returnTo: string, maxAge: number): string {
  return `/api/auth/sign-in?${new URLSearchParams({ returnTo, maxAge: String(maxAge) })}`;
}
