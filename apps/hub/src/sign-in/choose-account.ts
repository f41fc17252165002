/**
 * The choice of account: one user is signed in, and a form, a site or a page left open names another. The hub never
 * switches users without asking: the user decides whether to continue as the signed-in user, or to sign out and sign in
 * as the other (docs/decisions/0019).
 */
import { parseLoginRequest, type RequestParameters } from "@gatehouse/cas/server";
import type {
  CentralSession,
  CentralSessionStore,
  LoginTicketStore,
  PasskeyStore,
  PersonStore,
  UpstreamAccount,
  UpstreamAccountStore,
} from "@gatehouse/database";
import { actorOf } from "../audit/record-audit.ts";
import { trimInvisible } from "../credential/typed-name.ts";
import { flowOf, startFlow } from "../http/flow.ts";
import { type Answer, type Call, type Route, route, seeOther } from "../http/route.ts";
import type { LogoutDispatcher } from "../logout/logout-dispatcher.ts";
import type { ChooseAccountScreen, LoginErrorCode } from "../screen/screen.ts";
import type { FindSession } from "../session/find-session.ts";
import { type HubKeys, randomToken } from "../settings/secret-keys.ts";
import type { CompleteSignIn } from "./complete-sign-in.ts";
import {
  type DestinationNeeds,
  destinationOf,
  type Field,
  loginAddress,
  repeatedFields,
} from "./login-address.ts";
import { type LoginNote, type NoteNeeds, writeNote } from "./login-form.ts";
import { readRequest, refuseService } from "./refuse-service.ts";
import { type Refused, reuseVerification, type Verified } from "./sign-in.ts";

export interface AskWhichAccountNeeds extends DestinationNeeds, NoteNeeds {
  readonly keys: Pick<HubKeys, "form" | "note">;
  readonly clock: () => Date;
}

export interface ChooseAccountNeeds extends AskWhichAccountNeeds {
  readonly findSession: FindSession;
  readonly completeSignIn: CompleteSignIn;
  readonly people: Pick<PersonStore, "findForSignIn">;
  readonly sessions: Pick<CentralSessionStore, "end">;
  readonly loginTickets: LoginTicketStore;
  readonly passkeys: Pick<PasskeyStore, "find">;
  readonly upstreamAccounts: Pick<UpstreamAccountStore, "findPerson">;
  readonly logout: Pick<LogoutDispatcher, "wake">;
}

export const choosePath = "/cas/login/choose";

/** Lifetime of a verified password or passkey on the page; after it, the hub asks for it again. */
const proofLifeSeconds = 300;

/** An attempt to sign in as another user than the signed-in one. */
export interface OtherUserAttempt {
  /** The typed name; empty: none. */
  readonly username: string;
  readonly rememberMe: boolean;
  readonly askBefore: boolean;
  /** Result of the password check; left out: the password was not checked. */
  readonly result?: Verified | Refused;
}

/** The attempt, sealed into the page so that nobody can forge a verified password or passkey. */
interface SealedAttempt {
  readonly rememberMe: boolean;
  readonly askBefore: boolean;
  readonly error: { readonly code: LoginErrorCode; readonly retryInSeconds?: number } | undefined;
  readonly proof:
    | {
        readonly username: string;
        /** The name as the user typed it, for the page. */
        readonly typed: string;
        /** Digest of the hash that the password was verified against: a change of password voids the proof. */
        readonly hash: string;
        /** The verified passkey, if it was no password: its removal voids the proof. */
        readonly passkeyId?: string | undefined;
        /** The account at another provider, if the user signed in there: its removal voids the proof. */
        readonly upstreamAccount?: UpstreamAccount | undefined;
        readonly amr: readonly string[];
        /** Makes the proof usable once. */
        readonly id: string;
        readonly at: number;
        /** Age of the proof at that time, in seconds. */
        readonly age: number;
      }
    | undefined;
}

export interface Choice {
  readonly session: CentralSession;
  readonly parameters: RequestParameters;
  readonly because: ChooseAccountScreen["because"];
  readonly attempt?: OtherUserAttempt;
  readonly decline?: ChooseAccountScreen["decline"];
}

/** Whether a typed name is that of the signed-in user. Reveals nothing about other accounts. */
export function isNameOf(typed: string, { person }: Pick<CentralSession, "person">): boolean {
  const name = trimInvisible(typed).toLowerCase();
  return name === person.username || name === person.email.toLowerCase();
}

/** The page with the question. */
export type AskForAccount = (call: Pick<Call, "header">, choice: Choice) => Promise<Answer>;

export function createAccountQuestion(needs: AskWhichAccountNeeds): AskForAccount {
  return (call, choice) => askForAccount(needs, call, choice);
}

async function askForAccount(
  needs: AskWhichAccountNeeds,
  call: Pick<Call, "header">,
  choice: Choice,
): Promise<Answer> {
  const { session, parameters, because, attempt, decline = null } = choice;
  const request = parseLoginRequest(parameters);
  const { site, keepsOpener } = destinationOf(needs, request, parameters);
  const flow = flowOf(needs, call);
  const hidden: Field[] = [
    { name: "token", value: tokenFor(needs, session) },
    ...repeatedFields(parameters, ["name"]),
    ...(attempt === undefined
      ? []
      : [
          { name: "username", value: attempt.username },
          { name: "attempt", value: await sealAttempt(needs, attempt, flow.id) },
        ]),
  ];
  return {
    screen: {
      name: "choose-account",
      model: {
        action: choosePath,
        hidden,
        site: site === undefined ? null : { name: site.name, host: site.host, mark: site.mark },
        person: { name: session.person.name, username: session.person.username },
        because,
        other: attempt?.username ?? "",
        decline,
      },
    },
    cookies: flow.cookies,
    keepsOpener,
  };
}

/** @param stay the destination of the user who is signed in already */
export function chooseAccount(
  needs: ChooseAccountNeeds,
  stay: (parameters: RequestParameters, session: CentralSession) => string,
): Route {
  return route({
    method: "POST",
    path: choosePath,
    caller: "anyone",
    antiForgery: "flow-token",
    sends: "form",
    typed: ["username"],
    speaks: "html",
    async answer(call, { parameters }) {
      const request = readRequest(() => parseLoginRequest(parameters));
      if (request.service !== null && needs.sites.findByService(request.service) === undefined)
        throw refuseService(call, request);
      const found = await needs.findSession(call, { touch: true });
      const session = found.state === "alive" ? found.session : null;
      const username = (parameters.get("username") ?? "").slice(0, 200);
      const sealed = openAttempt(needs, call, parameters.get("attempt"));
      const { rememberMe = false, askBefore = false } = sealed ?? {};
      const attempt = { username, rememberMe, askBefore };
      const isSwitch = parameters.get("answer") === "switch";
      const { site: goesTo, keepsOpener } = destinationOf(needs, request, parameters);
      const goes = { goesTo, keepsOpener };
      // The other user has signed in meanwhile in another tab, as intended.
      if (session !== null && isSwitch && isNameOf(username, session))
        return seeOther(stay(parameters, session), goes);
      if (session !== null && !isTokenFor(needs, session, parameters))
        return askForAccount(needs, call, { session, parameters, because: "opened-before", attempt });
      if (!isSwitch) {
        const address =
          session === null ? loginAddress(repeatedFields(parameters)) : stay(parameters, session);
        return seeOther(address, { ...goes, cookies: [needs.cookies.clear("note")] });
      }
      const verified = await consumeProof(needs, sealed, username);
      // The user clicked twice. The answer to the first click sets the session cookie; this answer must not clear it.
      if (verified === "consumed") return seeOther(loginAddress(repeatedFields(parameters)), goes);
      if (verified !== null)
        return needs.completeSignIn(call, parameters, verified, {
          longTerm: rememberMe,
          askBefore,
          replaces: session,
        });
      return toFreshForm(needs, call, parameters, session, attempt, sealed?.error);
    },
  });
}

/** Signs the user out and shows the form with the other user's name. */
async function toFreshForm(
  needs: ChooseAccountNeeds,
  call: Call,
  parameters: RequestParameters,
  session: CentralSession | null,
  { username, rememberMe, askBefore }: OtherUserAttempt,
  error: SealedAttempt["error"],
): Promise<Answer> {
  const token = needs.cookies.read(call.header("cookie"), "session");
  if (session !== null && token !== undefined) {
    await needs.sessions.end({ token }, "signed-out", actorOf(call));
    call.log.info(
      { event: "sign-out.accepted", person: session.person.id, session: session.id, switchedTo: null },
      "signed out to sign in as somebody else",
    );
  }
  const flow = startFlow(needs);
  const note: LoginNote = {
    username,
    rememberMe,
    askBefore,
    ...(error === undefined ? {} : { error: { ...error, reference: call.requestId } }),
  };
  return seeOther(loginAddress(repeatedFields(parameters, ["name"])), {
    cookies: [
      needs.cookies.clear("session"),
      needs.cookies.clear("pending"),
      flow.cookie,
      writeNote(needs, flow.id, note),
    ],
    afterwards: needs.logout.wake,
  });
}

/** Bound to the `uid` of the session that the page named, which stays when the same user re-authenticates. */
function tokenFor({ keys }: AskWhichAccountNeeds, { uid }: CentralSession): string {
  return keys.form.sign("account-question", uid);
}

function isTokenFor(
  { keys }: AskWhichAccountNeeds,
  { uid }: CentralSession,
  parameters: RequestParameters,
): boolean {
  return keys.form.isSignature("account-question", uid, parameters.get("token") ?? "");
}

async function sealAttempt(
  needs: AskWhichAccountNeeds,
  { username, rememberMe, askBefore, result }: OtherUserAttempt,
  flow: string,
): Promise<string> {
  const attempt: SealedAttempt = {
    rememberMe,
    askBefore,
    error: result?.outcome === "refused" ? errorOf(result) : undefined,
    proof: result?.outcome === "verified" ? proofOf(needs, username, result) : undefined,
  };
  return needs.keys.note.seal(JSON.stringify(attempt), `${flow}:attempt`);
}

function errorOf(refused: Refused): NonNullable<SealedAttempt["error"]> {
  return refused.code === "too_many_attempts"
    ? { code: refused.code, retryInSeconds: refused.retryInSeconds }
    : { code: refused.code };
}

function proofOf(
  { clock, keys }: AskWhichAccountNeeds,
  typed: string,
  { person, amr, passwordHash, passkeyId, upstreamAccount, secondsAgo }: Verified,
): SealedAttempt["proof"] {
  return {
    username: person.username,
    typed,
    hash: keys.form.sign("verified-password", passwordHash ?? ""),
    passkeyId,
    upstreamAccount,
    amr,
    id: randomToken(),
    at: clock().getTime(),
    age: secondsAgo,
  };
}

/** @returns `null`: there is no attempt, it was changed, or it belongs to another browser */
function openAttempt(
  needs: NoteNeeds,
  call: Pick<Call, "header">,
  sealed: string | undefined,
): SealedAttempt | null {
  const text = needs.keys.note.open(sealed ?? "", `${flowOf(needs, call).id}:attempt`);
  return text === null ? null : (JSON.parse(text) as SealedAttempt);
}

/**
 * The user whose password or passkey was verified for this page; usable once, and only while the password is unchanged or
 * the passkey is there.
 *
 * @param username the name that the page's form sends
 * @returns `"consumed"`: the same form was sent before
 */
async function consumeProof(
  { clock, keys, loginTickets, passkeys, people, upstreamAccounts }: ChooseAccountNeeds,
  attempt: SealedAttempt | null,
  username: string,
): Promise<Verified | "consumed" | null> {
  const proof = attempt?.proof;
  if (proof === undefined || proof.typed !== username) return null;
  const shownFor = (clock().getTime() - proof.at) / 1000;
  if (shownFor < 0 || shownFor > proofLifeSeconds) return null;
  if (!(await loginTickets.consume(`proof-${proof.id}`, proofLifeSeconds * 2))) return "consumed";
  const { amr, hash, passkeyId, upstreamAccount } = proof;
  const secondsAgo = shownFor + proof.age;
  return reuseVerification(
    { people },
    { username: proof.username, secondsAgo, amr },
    async ({ person, passwordHash }) => {
      if (passkeyId !== undefined) return (await passkeys.find(passkeyId))?.personId === person.id;
      if (upstreamAccount !== undefined)
        return (await upstreamAccounts.findPerson(upstreamAccount))?.id === person.id;
      return keys.form.isSignature("verified-password", passwordHash ?? "", hash);
    },
  );
}
