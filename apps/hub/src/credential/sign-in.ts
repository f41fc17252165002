/** Signing in with a password: from what was typed to a central session, or the reason why not. */
import { createTicketId } from "@gatehouse/cas/server";
import { type CentralSession, type Person, PersonGone } from "@gatehouse/database";
import type { Hub } from "../hub.ts";
import { hashPassword, isOutdated, verifyPassword } from "./password.ts";

export interface SignInAttempt {
  readonly identifier: string;
  readonly password: string;
  readonly address: string;
  readonly userAgent: string;
  /** The browser's session token so far; that session is ended. */
  readonly previousToken: string | undefined;
  /** Whom this browser was used by before, from its sealed cookie. */
  readonly knownBrowser: { readonly personId: string; readonly id: string } | null;
}

export type SignInResult =
  | { readonly outcome: "signed-in"; readonly session: CentralSession; readonly token: string }
  | { readonly outcome: "refused"; readonly code: "credentials_wrong" }
  | { readonly outcome: "refused"; readonly code: "too_many_attempts"; readonly retryInSeconds: number };

/**
 * Unknown user, wrong password and disabled account take the same way and the same time, up to the
 * answer: one look-up, one verification, one answer.
 */
export async function signIn(hub: Hub, attempt: SignInAttempt): Promise<SignInResult> {
  const found = await hub.database.people.findForSignIn(attempt.identifier);
  const isKnown = found !== null && attempt.knownBrowser?.personId === found.person.id;
  const knownBrowser = isKnown ? attempt.knownBrowser?.id : undefined;
  const throttled = {
    identifier: found?.person.username ?? attempt.identifier,
    address: attempt.address,
    knownBrowser,
  };
  const taken = await hub.throttle.take(throttled);
  if (!taken.allowed)
    return { outcome: "refused", code: "too_many_attempts", retryInSeconds: taken.retryInSeconds };

  const right = await verifyPassword(found?.passwordHash ?? null, attempt.password);
  if (!right || found === null || found.person.disabled)
    return { outcome: "refused", code: "credentials_wrong" };

  try {
    const [session] = await Promise.all([
      startSession(hub, found.person, attempt),
      hub.throttle.succeeded(throttled),
      found.passwordHash !== null && isOutdated(found.passwordHash)
        ? rehash(hub, found.person, attempt.password)
        : undefined,
    ]);
    return { outcome: "signed-in", ...session };
  } catch (error) {
    // Disabled or removed while her password was being verified.
    if (error instanceof PersonGone) return { outcome: "refused", code: "credentials_wrong" };
    throw error;
  }
}

async function startSession(hub: Hub, person: Person, attempt: SignInAttempt) {
  const token = createTicketId("TGT");
  const session = await hub.database.sessions.start({
    personId: person.id,
    token,
    previousToken: attempt.previousToken,
    userAgent: attempt.userAgent,
    address: attempt.address,
    longTerm: false,
  });
  return { session, token };
}

async function rehash(hub: Hub, person: Person, password: string): Promise<void> {
  await hub.database.people.setPasswordHash(person.id, await hashPassword(password));
}
