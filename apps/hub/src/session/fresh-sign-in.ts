/** Changes of the ways to sign in need a sign-in of the last few minutes. @see ASVS 5.0, 7.5.1 */
import type { CentralSession } from "@gatehouse/database";

/** Largest age of a fresh sign-in, in seconds. */
export const freshSeconds = 300;

/** The database's clock gave the time of the sign-in; one that is ahead of the hub's makes it younger, never stale. */
export function isFresh({ authenticatedAt }: Pick<CentralSession, "authenticatedAt">, now: Date): boolean {
  return now.getTime() - authenticatedAt.getTime() <= freshSeconds * 1000;
}

/** The sign-in form, which asks for the factor of a user who has one too. @param back page that follows */
export function freshSignInAddress(back: string): string {
  return `/cas/login?${new URLSearchParams({ renew: "true", reason: "fresh-sign-in", return: back })}`;
}
