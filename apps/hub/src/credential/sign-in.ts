/** Signing in with a password: from what was typed to a central session, or the reason why not. */
import { createTicketId } from "@gatehouse/cas/server";
import { type CentralSession, type Person, PersonGone } from "@gatehouse/database";
import type { Hub } from "../hub.ts";
import { hashPassword, isOutdated, verifyPassword } from "./password.ts";
import { withoutEdges } from "./typed-name.ts";

/** The typed credentials, and facts about the browser. */
export interface CredentialsAttempt {
  readonly identifier: string;
  readonly password: string;
  readonly address: string;
  /** Whom this browser was used by before, from its sealed cookie. */
  readonly knownBrowser: { readonly personId: string; readonly id: string } | null;
}

export interface SignInAttempt extends CredentialsAttempt, SessionWish {}

/** The session to start. */
export interface SessionWish {
  readonly userAgent: string;
  readonly address: string;
  /** The browser's session token so far; that session is ended. */
  readonly previousToken: string | undefined;
  /** "Keep me signed in". */
  readonly longTerm: boolean;
  /** "Ask me before signing me in to another site". */
  readonly askBefore: boolean;
}

export type Refused =
  | { readonly outcome: "refused"; readonly code: "credentials_wrong" }
  | { readonly outcome: "refused"; readonly code: "too_many_attempts"; readonly retryInSeconds: number };

export type SignInResult =
  | { readonly outcome: "signed-in"; readonly session: CentralSession; readonly token: string }
  | Refused;

/** Verifies what was typed and starts a central session. */
export async function signIn(hub: Hub, attempt: SignInAttempt): Promise<SignInResult> {
  const verified = await verifyCredentials(hub, attempt);
  if (verified.outcome === "refused") return verified;
  const started = await startVerified(hub, verified, attempt);
  return started === null
    ? { outcome: "refused", code: "credentials_wrong" }
    : { outcome: "signed-in", ...started };
}

/** @returns `null`: disabled or removed since the password was verified */
export async function startVerified(
  hub: Hub,
  verified: Verified,
  wish: SessionWish,
): Promise<{ readonly session: CentralSession; readonly token: string } | null> {
  try {
    return await startSession(hub, verified, wish);
  } catch (error) {
    if (error instanceof PersonGone) return null;
    throw error;
  }
}

/**
 * The user who was verified earlier, if the verification still holds.
 *
 * @param earlier.secondsAgo age of the verification, in seconds
 * @param isSame whether this is the hash that the password was verified against
 */
export async function verifiedEarlier(
  hub: Pick<Hub, "database">,
  earlier: { readonly username: string; readonly secondsAgo: number },
  isSame: (passwordHash: string) => boolean,
): Promise<Verified | null> {
  const found = await hub.database.people.findForSignIn(earlier.username);
  if (found === null || found.person.disabled || !isSame(found.passwordHash ?? "")) return null;
  return { outcome: "verified", person: found.person, secondsAgo: earlier.secondsAgo };
}

/** The user to whom the credentials belong. */
export interface Verified {
  readonly outcome: "verified";
  readonly person: Person;
  /** Age of the verification, in seconds. */
  readonly secondsAgo: number;
}

/**
 * Unknown user, wrong password and disabled account take the same way and the same time, up to the
 * answer: one look-up, one verification, one answer.
 */
export async function verifyCredentials(hub: Hub, attempt: CredentialsAttempt): Promise<Verified | Refused> {
  const identifier = withoutEdges(attempt.identifier);
  const found = await hub.database.people.findForSignIn(identifier);
  const isKnown = found !== null && attempt.knownBrowser?.personId === found.person.id;
  const knownBrowser = isKnown ? attempt.knownBrowser?.id : undefined;
  const throttled = {
    identifier: found?.person.username ?? identifier,
    address: attempt.address,
    knownBrowser,
  };
  const result = await hub.throttle.inTurn(throttled, async () => {
    const taken = await hub.throttle.take(throttled);
    if (!taken.allowed) return taken;
    const right = await verifyPassword(found?.passwordHash ?? null, attempt.password);
    if (!right || found === null || found.person.disabled)
      return { outcome: "refused", code: "credentials_wrong" } as const;
    await hub.throttle.succeeded(throttled);
    return { outcome: "verified", ...found } as const;
  });
  if ("allowed" in result)
    return { outcome: "refused", code: "too_many_attempts", retryInSeconds: result.retryInSeconds };
  if (result.outcome === "refused") return result;
  const { outcome, person, passwordHash } = result;
  if (passwordHash !== null && isOutdated(passwordHash)) await rehash(hub, person, attempt.password);
  return { outcome, person, secondsAgo: 0 };
}

async function startSession(hub: Hub, { person, secondsAgo }: Verified, wish: SessionWish) {
  const token = createTicketId("TGT");
  const session = await hub.database.sessions.start({
    personId: person.id,
    token,
    previousToken: wish.previousToken,
    userAgent: wish.userAgent,
    address: wish.address,
    longTerm: wish.longTerm,
    askBefore: wish.askBefore,
    provedSecondsAgo: secondsAgo,
  });
  return { session, token };
}

async function rehash(hub: Hub, person: Person, password: string): Promise<void> {
  await hub.database.people.setPasswordHash(person.id, await hashPassword(password));
}
