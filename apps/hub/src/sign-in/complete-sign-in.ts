/**
 * The one place that completes a sign-in, by whatever method. It decides whether the user still has to prove a factor. If
 * so, it stores a pending sign-in, which is never a session; otherwise it starts the central session, writes the cookies,
 * and leads to the destination.
 */
import type { RequestParameters } from "@gatehouse/cas/server";
import type { CentralSession, FactorStore, PendingSignInStore, Person } from "@gatehouse/database";
import { flowOf } from "../http/flow.ts";
import { type Answer, type Call, seeOther } from "../http/route.ts";
import type { LogoutDispatcher } from "../logout/logout-dispatcher.ts";
import { freshSeconds } from "../session/fresh-sign-in.ts";
import { randomToken } from "../settings/secret-keys.ts";
import {
  type AnnounceBrowserNeeds,
  announceNewBrowser,
  type UnfinishedNeeds,
  unfinishedRecord,
} from "./announce-sign-in.ts";
import { writeKnownBrowser } from "./known-browser.ts";
import {
  connectAccountPath,
  type Field,
  factorAddress,
  factorSetUpAddress,
  keepAccountAddress,
  loginAddress,
  newPasswordAddress,
  repeatedFields,
} from "./login-address.ts";
import { type NoteNeeds, writeNote } from "./login-form.ts";
import {
  pendingLifeSeconds,
  type StartSessionNeeds,
  startVerifiedSession,
  type Verified,
} from "./sign-in.ts";

/** Step that a sign-in lacks: a factor of the user, or the set-up of one; `null`: none. */
export type MissingFactor = "factor" | "set-up" | null;

/** Address of the page that a sign-in needs before a session starts. */
const pages = { factor: factorAddress, "set-up": factorSetUpAddress, "new-password": newPasswordAddress };

/** Outcome in the audit trail of a sign-in that needs such a page. */
const unfinishedOutcome = {
  factor: "factor_required",
  "set-up": "set_up_required",
  "new-password": "password_must_change",
} as const;

/** Choices of the sign-in form. */
export interface SignInChoices {
  /** "Keep me signed in". */
  readonly longTerm: boolean;
  /** "Ask me before signing me in to another site". */
  readonly askBefore: boolean;
  /** Session of another user that this sign-in replaces, for the log. */
  readonly replaces?: CentralSession | null;
}

/**
 * Completes a sign-in.
 *
 * @param parameters fields of the sign-in form, which name the destination
 */
export type CompleteSignIn = (
  call: Call,
  parameters: RequestParameters,
  verified: Verified,
  choices: SignInChoices,
) => Promise<Answer>;

/**
 * Writes the cookies of a session that has just started, and leads to the destination.
 *
 * @param options.wasKnownBrowser see `Verified`
 * @param options.fresh whether the user has just presented the primary credentials (CAS: `renew`)
 * @param options.show makes a page that stands before the destination; left out: none
 */
export type EnterSession = (
  call: Call,
  parameters: RequestParameters,
  started: { readonly session: CentralSession; readonly token: string },
  options: {
    readonly fresh: boolean;
    readonly wasKnownBrowser?: boolean | undefined;
    readonly show?: (more: EnteredSession) => Answer;
  },
) => Promise<Answer>;

/** Parts of the answer that starts a session. */
export interface EnteredSession {
  readonly cookies: readonly string[];
  readonly afterwards: () => void;
}

/** Leads a signed-in user to the destination of the sign-in form. */
export type Arrive = (
  call: Call,
  parameters: RequestParameters,
  session: CentralSession,
  more: EnteredSession & { readonly fresh: boolean },
) => Promise<Answer>;

export interface EnterSessionNeeds extends AnnounceBrowserNeeds {
  readonly logout: Pick<LogoutDispatcher, "wake">;
  readonly sessionRememberSeconds: number;
  readonly arrive: Arrive;
}

export interface MissingFactorNeeds {
  readonly factors: Pick<FactorStore, "has">;
  /** Operators sign in with a factor only. */
  readonly operatorsNeedFactor: boolean;
}

export interface CompleteSignInNeeds
  extends MissingFactorNeeds,
    NoteNeeds,
    StartSessionNeeds,
    UnfinishedNeeds {
  readonly keys: NoteNeeds["keys"] & UnfinishedNeeds["keys"];
  readonly pendingSignIns: Pick<PendingSignInStore, "create">;
  readonly enterSession: EnterSession;
}

export async function missingFactor(
  { factors, operatorsNeedFactor }: MissingFactorNeeds,
  { person, amr, hasFactor: known }: Pick<Verified, "person" | "amr" | "hasFactor">,
): Promise<MissingFactor> {
  if (amr.includes("mfa")) return null;
  if (known ?? (await factors.has(person.id))) return "factor";
  return person.operator && operatorsNeedFactor ? "set-up" : null;
}

export function createCompleteSignIn(needs: CompleteSignInNeeds): CompleteSignIn {
  return async (call, parameters, verified, choices) => {
    const lacking = await missingFactor(needs, verified);
    // The factor comes first, so that the old password alone cannot choose a new one.
    const missing = verified.mustChange && lacking !== "factor" ? "new-password" : lacking;
    if (missing !== null) return askForMore(needs, call, parameters, verified, { ...choices, missing });
    const started = await startVerifiedSession(needs, verified, {
      userAgent: call.userAgent,
      address: call.address,
      previousToken: needs.cookies.read(call.header("cookie"), "session"),
      longTerm: choices.longTerm,
      askBefore: choices.askBefore,
    });
    if (started === null) return refuseGone(needs, call, parameters, verified.person);
    const { replaces = null } = choices;
    if (replaces !== null)
      call.log.info(
        {
          event: "sign-out.accepted",
          person: replaces.person.id,
          session: replaces.id,
          switchedTo: verified.person.id,
        },
        "signed out to sign in as somebody else",
      );
    return needs.enterSession(call, parameters, started, {
      fresh: isNewLogin(verified.amr, verified.secondsAgo <= freshSeconds),
      wasKnownBrowser: verified.wasKnownBrowser,
    });
  };
}

/**
 * Whether a sign-in counts as new credentials (CAS: `renew`). A provider may sign the user in from its own session, without
 * asking for credentials: then the login is as old as that.
 *
 * @param isFirstProofFresh whether the first proof is; a factor makes an older one no newer
 */
export function isNewLogin(amr: readonly string[], isFirstProofFresh: boolean): boolean {
  return !amr.includes("fed") || isFirstProofFresh;
}

export function createEnterSession(needs: EnterSessionNeeds): EnterSession {
  return async (call, parameters, { session, token }, { fresh, wasKnownBrowser = false, show }) => {
    call.log.info(
      {
        event: "sign-in.accepted",
        person: session.person.id,
        session: session.id,
        address: call.address,
        amr: session.amr,
      },
      "signed in",
    );
    if (!wasKnownBrowser) await announceNewBrowser(needs, call, session.person);
    const { cookies } = needs;
    const entered: EnteredSession = {
      cookies: [
        // A long session has to outlive the browser's. @see CAS protocol 3.0.3, section 3.6
        cookies.write("session", token, session.longTerm ? needs.sessionRememberSeconds : undefined),
        cookies.clear("note"),
        cookies.clear("pending"),
        // The page that connects an account reads in this cookie which provider to ask once more.
        ...(parameters.get("return") === connectAccountPath ? [] : [cookies.clear("upstream")]),
        writeKnownBrowser(needs, call, session.person),
      ],
      afterwards: needs.logout.wake,
    };
    if (session.person.deletionDueAt !== null && show === undefined)
      // Drops `renew` for a page of the hub, which checks the age of the sign-in itself: the user would have to sign in twice.
      // Keeps it for a site.
      return seeOther(
        keepAccountAddress(repeatedFields(parameters, fresh && parameters.has("return") ? ["renew"] : [])),
        entered,
      );
    return show?.(entered) ?? needs.arrive(call, parameters, session, { fresh, ...entered });
  };
}

async function askForMore(
  needs: CompleteSignInNeeds,
  call: Call,
  parameters: RequestParameters,
  { person, amr, secondsAgo, passwordHash, upstreamAccount, wasKnownBrowser = false }: Verified,
  { longTerm, askBefore, missing }: SignInChoices & { readonly missing: keyof typeof pages },
): Promise<Answer> {
  const token = `PSI-${randomToken()}`;
  const created = await needs.pendingSignIns.create({
    token,
    personId: person.id,
    amr,
    longTerm,
    provedSecondsAgo: secondsAgo,
    lifeSeconds: pendingLifeSeconds,
    passwordHash,
    upstreamAccount,
    record: unfinishedRecord(needs, call, person, amr, unfinishedOutcome[missing]),
  });
  if (!created) return refuseGone(needs, call, parameters, person);
  call.log.info(
    { event: "sign-in.pending", person: person.id, address: call.address, missing },
    "sign-in is not complete yet",
  );
  const fields: Field[] = [
    ...repeatedFields(parameters),
    ...(askBefore ? [{ name: "warn", value: "true" }] : []),
  ];
  return seeOther(pages[missing](fields), {
    cookies: [
      needs.cookies.write("pending", token, pendingLifeSeconds),
      needs.cookies.clear("note"),
      ...(wasKnownBrowser ? [writeKnownBrowser(needs, call, person)] : []),
    ],
  });
}

/** Answers as to a wrong password: since the proof, the user was disabled or removed or has changed the password. */
function refuseGone(
  needs: NoteNeeds,
  call: Call,
  parameters: RequestParameters,
  { id, username }: Pick<Person, "id" | "username">,
): Answer {
  const flow = flowOf(needs, call);
  const code = "credentials_wrong";
  call.log.warn({ event: "sign-in.refused", code, person: id, address: call.address }, "no longer valid");
  const error = { code, reference: call.requestId } as const;
  return seeOther(loginAddress(repeatedFields(parameters)), {
    cookies: [...flow.cookies, writeNote(needs, flow.id, { username, error })],
  });
}
