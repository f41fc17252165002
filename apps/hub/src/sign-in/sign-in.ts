/**
 * Signs in with a password: verifies the credentials and starts a central session, or returns the reason for a refusal.
 */
import { createTicketId } from "@gatehouse/cas/server";
import {
  type CentralSession,
  type CentralSessionStore,
  type Person,
  PersonGone,
  type PersonStore,
  type PersonWithPassword,
  type UpstreamAccount,
} from "@gatehouse/database";
import { actorOf, type RecordAudit } from "../audit/record-audit.ts";
import { hashPassword, isHashingBusy, isOutdated, verifyPassword } from "../credential/password.ts";
import type { Throttle } from "../credential/throttle.ts";
import { trimInvisible } from "../credential/typed-name.ts";

export interface VerifyCredentialsNeeds {
  readonly people: Pick<PersonStore, "findForSignIn" | "renewHash">;
  readonly throttle: Pick<Throttle, "attempt">;
  readonly recordAudit: RecordAudit;
}

export interface StartSessionNeeds {
  readonly sessions: Pick<CentralSessionStore, "start">;
}

/** The typed credentials, and facts about the browser. */
export interface CredentialsAttempt {
  readonly identifier: string;
  readonly password: string;
  readonly address: string;
  readonly userAgent: string;
  /** Kind under which the audit trail records a refusal; left out: `sign-in`. */
  readonly kind?: "sign-in" | "password-changed";
  /** Reads the browser's id for a user who signed in with it before, from its sealed cookie; `undefined`: it is unknown. */
  readonly knownBrowserOf: (person: Person) => string | undefined;
}

/** The session to start. */
export interface NewSession {
  /** Token that the session is stored under; absent: a new ticket-granting ticket. */
  readonly token?: string;
  readonly userAgent: string;
  readonly address: string;
  /** The browser's current session token; its session is ended. */
  readonly previousToken: string | undefined;
  /** "Keep me signed in". */
  readonly longTerm: boolean;
  /** "Ask me before signing me in to another site". */
  readonly askBefore: boolean;
}

export type Refused =
  | { readonly outcome: "refused"; readonly code: "credentials_wrong" }
  | { readonly outcome: "refused"; readonly code: "too_many_attempts"; readonly retryInSeconds: number };

/** A pending sign-in lives as long as a user may need to fetch a device. */
export const pendingLifeSeconds = 600;

/** @returns `null`: since the verification, the user was disabled or removed, changed the password or added a factor */
export async function startVerifiedSession(
  needs: StartSessionNeeds,
  verified: Verified,
  newSession: NewSession,
): Promise<{ readonly session: CentralSession; readonly token: string } | null> {
  try {
    return await startSession(needs, verified, newSession);
  } catch (error) {
    if (error instanceof PersonGone) return null;
    throw error;
  }
}

/**
 * The user who was verified earlier, if the verification still holds.
 *
 * @param earlier.secondsAgo age of the verification, in seconds
 * @param earlier.amr its methods
 * @param stillHolds whether the user still has the credential that was verified
 */
export async function reuseVerification(
  { people }: { readonly people: Pick<PersonStore, "findForSignIn"> },
  earlier: Pick<Verified, "secondsAgo" | "amr"> & { readonly username: string },
  stillHolds: (found: PersonWithPassword) => boolean | Promise<boolean>,
): Promise<Verified | null> {
  const found = await people.findForSignIn(earlier.username);
  if (found === null || found.person.disabled || !(await stillHolds(found))) return null;
  const { amr, secondsAgo } = earlier;
  const mustChange = found.mustChange && amr.includes("pwd");
  // The session starts later: by then the password may be another one.
  const passwordHash = amr.includes("pwd") ? (found.passwordHash ?? undefined) : undefined;
  return { outcome: "verified", person: found.person, amr, secondsAgo, mustChange, passwordHash };
}

/** The user to whom the credentials belong. */
export interface Verified {
  readonly outcome: "verified";
  readonly person: Person;
  /** Methods of the verification. @see RFC 8176, section 2 */
  readonly amr: readonly string[];
  /** Age of the verification, in seconds. */
  readonly secondsAgo: number;
  /** The passkey, if the user presented one. */
  readonly passkeyId?: string;
  /** The password must be changed: it starts no session before the user has chosen another one. */
  readonly mustChange?: boolean;
  /** The user has a factor that can complete a sign-in; absent: not looked up yet. */
  readonly hasFactor?: boolean;
  /** Hash that the password was just verified against. Once the stored hash is another one, no session starts. */
  readonly passwordHash?: string | undefined;
  /** The browser was known before the user replaced the password that had to be changed. */
  readonly wasKnownBrowser?: boolean;
  /** The account at another provider, if the user signed in there. */
  readonly upstreamAccount?: UpstreamAccount;
}

/**
 * An unknown user, a wrong password and a disabled account take the same path and the same time: one look-up, one
 * verification, one answer.
 */
export async function verifyCredentials(
  { people, throttle, recordAudit }: VerifyCredentialsNeeds,
  attempt: CredentialsAttempt,
): Promise<Verified | Refused> {
  const identifier = trimInvisible(attempt.identifier);
  const found = await people.findForSignIn(identifier);
  const knownBrowser = found === null ? undefined : attempt.knownBrowserOf(found.person);
  const by = { account: found?.person.username ?? identifier, address: attempt.address, knownBrowser };
  const isFirst = knownBrowser !== undefined;
  const attempted = await throttle.attempt<Verified | null>("password", by, {
    // Attempts from many networks may not delay a known browser.
    turnAway: () => (!isFirst && isHashingBusy() ? 3 : 0),
    async make() {
      const right = await verifyPassword(found?.passwordHash ?? null, attempt.password, { first: isFirst });
      const passwordHash =
        right && found !== null ? await currentHash(people, found, attempt.password) : null;
      if (found === null || passwordHash === null || found.person.disabled) return null;
      const { person, mustChange, hasFactor } = found;
      return {
        outcome: "verified",
        person,
        amr: ["pwd"],
        secondsAgo: 0,
        mustChange,
        hasFactor,
        passwordHash,
      };
    },
    isRight: (verified) => verified !== null,
  });
  if (attempted.allowed && attempted.result !== null) return attempted.result;
  const refused: Refused = attempted.allowed
    ? { outcome: "refused", code: "credentials_wrong" }
    : { outcome: "refused", code: "too_many_attempts", retryInSeconds: attempted.retryInSeconds };
  // Without the typed name, which may be a password.
  await recordAudit({
    kind: attempt.kind ?? "sign-in",
    outcome: refused.code,
    actor: actorOf(attempt),
    personId: found?.person.id,
  });
  return refused;
}

/**
 * The hash of the verified password, renewed if it is outdated.
 *
 * @returns `null`: the password was changed meanwhile. A concurrent sign-in may have renewed the hash, which changes no password
 */
async function currentHash(
  people: VerifyCredentialsNeeds["people"],
  { person, passwordHash }: PersonWithPassword,
  password: string,
): Promise<string | null> {
  if (passwordHash === null || !isOutdated(passwordHash)) return passwordHash;
  const renewed = await hashPassword(password);
  if (await people.renewHash(person.id, { from: passwordHash, to: renewed })) return renewed;
  const current = (await people.findForSignIn(person.username))?.passwordHash ?? null;
  return (await verifyPassword(current, password)) ? current : null;
}

async function startSession(
  { sessions }: StartSessionNeeds,
  { person, amr, secondsAgo, passwordHash }: Verified,
  newSession: NewSession,
) {
  const { token = createTicketId("TGT") } = newSession;
  const session = await sessions.start({
    personId: person.id,
    token,
    previousToken: newSession.previousToken,
    userAgent: newSession.userAgent,
    address: newSession.address,
    longTerm: newSession.longTerm,
    askBefore: newSession.askBefore,
    provedSecondsAgo: secondsAgo,
    amr,
    passwordHash,
  });
  return { session, token };
}
