import type { RequestStanding } from "./site-session.ts";

/** Where a link or redirect starts a sign-in. */
export function signInUrl(returnTo = "/", reason?: string): string {
  const query = new URLSearchParams({ returnTo, ...(reason && { reason }) });
  return `/api/auth/sign-in?${query}`;
}

/** Where a page sends someone who has to be signed in and is not. */
export function wayToSignIn(standing: Exclude<RequestStanding, { state: "signed-in" }>, returnTo: string) {
  if (standing.state === "unclear") return `/api/auth/unavailable?${new URLSearchParams({ returnTo })}`;
  return signInUrl(returnTo, standing.state === "ended" ? standing.reason : undefined);
}

/** Where a page sends someone who is signed in, for longer than the page takes. */
export function wayToProve(returnTo: string, maxAge: number): string {
  return `/api/auth/sign-in?${new URLSearchParams({ returnTo, maxAge: String(maxAge) })}`;
}
