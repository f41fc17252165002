/** Signs in with an account at another provider: the buttons of the sign-in page, and the provider's answer. */
import { parseLoginSubmission, type RequestParameters } from "@gatehouse/cas/server";
import type { LoginTicketStore, PersonStore, UpstreamAccountStore } from "@gatehouse/database";
import { actorOf, type RecordAudit } from "../audit/record-audit.ts";
import { flowOf } from "../http/flow.ts";
import type { RefusalLink } from "../http/hub-error.ts";
import { type Answer, type Call, type Route, route, seeOther } from "../http/route.ts";
import { parseAddress } from "../mail/address.ts";
import type { LoginScreen } from "../screen/screen.ts";
import type { FindSession } from "../session/find-session.ts";
import { freshSeconds } from "../session/fresh-sign-in.ts";
import { type HubKeys, isEqual } from "../settings/secret-keys.ts";
import type { UpstreamSetting } from "../settings/upstream-settings.ts";
import type { AskForAccount } from "../sign-in/choose-account.ts";
import type { CompleteSignIn } from "../sign-in/complete-sign-in.ts";
import {
  connectAccountPath,
  type DestinationNeeds,
  type Field,
  formAnyway,
  loginAddress,
  repeatedFields,
} from "../sign-in/login-address.ts";
import { consumeLoginTicket, type NoteNeeds, writeNote } from "../sign-in/login-form.ts";
import { readRequest, refuseService } from "../sign-in/refuse-service.ts";
import type { Verified } from "../sign-in/sign-in.ts";
import { ageOf, type UpstreamIdentity } from "./auth-engine.ts";
import { beginUpstream, findUpstream, orRefuse, type UpstreamNeeds } from "./begin-upstream.ts";
import { backToNewAccount, unknownPath } from "./new-user.ts";
import { refuseUpstream, type UpstreamRefusal } from "./refuse-upstream.ts";
import {
  consumeFlow,
  type ProvedAccount,
  type ProvedEmail,
  readFlow,
  type UpstreamFlow,
  writeAccount,
} from "./upstream-flow.ts";

export interface UpstreamSignInNeeds extends DestinationNeeds, NoteNeeds, UpstreamNeeds {
  readonly keys: Pick<HubKeys, "form" | "note" | "upstream">;
  readonly loginTickets: LoginTicketStore;
  readonly upstreamAccounts: Pick<UpstreamAccountStore, "findPerson">;
  readonly people: Pick<PersonStore, "findForSignIn">;
  readonly findSession: FindSession;
  readonly askForAccount: AskForAccount;
  readonly completeSignIn: CompleteSignIn;
  readonly recordAudit: RecordAudit;
  /** Providers compare times with their own clocks. */
  readonly siteClock: () => Date;
}

const startPath = (id: string): string => `/upstream/${id}`;

/** The buttons of the sign-in page. @param renew whether the user must sign in again, which some providers cannot demand */
export function upstreamOffers(
  upstreams: readonly UpstreamSetting[],
  renew: boolean,
): LoginScreen["providers"] {
  return upstreams
    .filter(({ reauthenticates }) => reauthenticates || !renew)
    .map(({ id, name }) => ({ name, action: startPath(id) }));
}

export function upstreamSignInRoutes(needs: UpstreamSignInNeeds): Route[] {
  if (needs.upstreams.length === 0) return [];
  return [startSignIn(needs), acceptAnswer(needs)];
}

function startSignIn(needs: UpstreamSignInNeeds): Route {
  return route({
    method: "POST",
    path: "/upstream/:id",
    caller: "anyone",
    antiForgery: "login-ticket",
    sends: "form",
    protocolForm: true,
    // The button is one of the sign-in form, and that form may be filled in.
    typed: ["username", "password"],
    speaks: "html",
    async answer(call, { parameters }) {
      const upstream = findUpstream(needs, call.pathParameter("id"));
      const { request, loginTicket, rememberMe, warn } = readRequest(() => parseLoginSubmission(parameters));
      if (request.service !== null && needs.sites.findByService(request.service) === undefined)
        throw refuseService(call, request);
      const flow = flowOf(needs, call);
      const fields = repeatedFields(parameters);
      if (!(await consumeLoginTicket(needs, loginTicket, flow.id))) {
        const note = { rememberMe, askBefore: warn };
        const error = { code: "sign_in_expired", reference: call.requestId } as const;
        return seeOther(loginAddress([...fields, formAnyway]), {
          cookies: [...flow.cookies, writeNote(needs, flow.id, { ...note, error })],
        });
      }
      const link = backToSignIn(fields);
      if (request.renew && !upstream.reauthenticates) throw refuseUpstream("not-fresh", upstream, link);
      const begun = { fields, rememberMe, askBefore: warn, again: request.renew };
      return beginUpstream(needs, call, upstream, begun, link);
    },
  });
}

/** @see OpenID Connect Core 1.0, section 3.1.2.5; RFC 9207 */
function acceptAnswer(needs: UpstreamSignInNeeds): Route {
  return route({
    method: "GET",
    path: "/upstream/callback/:id",
    caller: "anyone",
    antiForgery: "navigation",
    sends: "raw-query",
    speaks: "html",
    async answer(call, { rawQuery }) {
      const upstream = findUpstream(needs, call.pathParameter("id"));
      const query = new URLSearchParams(rawQuery);
      const flow = readFlow(needs, call);
      if (
        flow === null ||
        flow.provider !== upstream.id ||
        !isStateOf(flow, query) ||
        !(await consumeFlow(needs, flow))
      )
        throw refuseUpstream("expired", upstream, backToSignIn(flow?.fields ?? []));
      const link = wayBack(flow);
      const refuse = (refusal: UpstreamRefusal) => refuseUpstream(refusal, upstream, link);
      const error = query.get("error");
      if (error !== null) {
        call.log.warn(
          { event: "upstream.refused", provider: upstream.id, error: error.slice(0, 100) },
          "another provider refused a sign-in",
        );
        throw refuse(error === "access_denied" ? "declined" : "refused");
      }
      const identity = await orRefuse(call, upstream, link, () =>
        needs.engine.finish(upstream, flow.secrets, query),
      );
      const answer = await answerTo(needs, call, { upstream, flow, identity, refuse });
      return { ...answer, cookies: [...clearUnlessSet(needs, answer), ...(answer.cookies ?? [])] };
    },
  });
}

interface Proved {
  readonly upstream: UpstreamSetting;
  readonly flow: UpstreamFlow;
  readonly identity: UpstreamIdentity;
  readonly refuse: (refusal: UpstreamRefusal) => Error;
}

async function answerTo(needs: UpstreamSignInNeeds, call: Call, proved: Proved): Promise<Answer> {
  const { upstream, flow, identity, refuse } = proved;
  const account = { provider: upstream.id, id: identity.id };
  const person = flow.connectsTo === "" ? await needs.upstreamAccounts.findPerson(account) : null;
  if (person === null) return keepAccount(needs, call, proved);
  if (flow.newAccount !== "") throw refuse("linked-elsewhere");
  const { fields, rememberMe, askBefore } = flow;
  if (person.disabled) return refuseDisabled(needs, call, flow, person.id);
  const secondsAgo = ageOf(identity, needs.siteClock());
  if (flow.again && secondsAgo > freshSeconds) throw refuse("not-fresh");
  const verified: Verified = {
    outcome: "verified",
    person,
    amr: ["fed"],
    secondsAgo,
    upstreamAccount: account,
  };
  const parameters: RequestParameters = new Map(fields.map(({ name, value }) => [name, value]));
  const found = await needs.findSession(call, { touch: true });
  if (found.state === "alive" && found.session.person.id !== person.id)
    return needs.askForAccount(call, {
      session: found.session,
      parameters,
      because: "provider",
      attempt: { username: person.username, rememberMe, askBefore, result: verified },
    });
  return needs.completeSignIn(call, parameters, verified, { longTerm: rememberMe, askBefore });
}

/** The account is nobody's here: the browser keeps it until the user has proved which account it belongs to. */
async function keepAccount(
  needs: UpstreamSignInNeeds,
  call: Call,
  { upstream, flow, identity, refuse }: Proved,
): Promise<Answer> {
  const { fields, newAccount, connectsTo } = flow;
  const { id, label, name, username, authTime } = identity;
  const email = provedEmail(upstream, identity);
  const account: ProvedAccount = {
    provider: upstream.id,
    id,
    label,
    name,
    username,
    authTime,
    email,
    isKnownAddress: await isKnownAddress(needs, email),
    newAccount,
    connectsTo,
    fields,
  };
  const cookies = writeAccount(needs, call, account);
  if (cookies === null) throw refuse("too-long");
  return seeOther(connectsTo === "" ? newAccount || unknownPath : connectAccountPath, { cookies });
}

/** An address that cannot be stored, for example because its letters look like others, is none. */
function provedEmail({ trustsEmail }: UpstreamSetting, { email }: UpstreamIdentity): ProvedEmail | null {
  const address = email === null ? null : parseAddress(email.address);
  if (email === null || address === null) return null;
  return { address, isProved: trustsEmail && email.isVerified };
}

/** Whether a user here has the address; always false for an address that is not proved, so that nobody learns of its account. */
async function isKnownAddress({ people }: UpstreamSignInNeeds, email: ProvedEmail | null): Promise<boolean> {
  if (!email?.isProved) return false;
  return (await people.findForSignIn(email.address))?.person.email === email.address;
}

/** The same answer as to a wrong password. */
async function refuseDisabled(
  needs: UpstreamSignInNeeds,
  call: Call,
  { fields }: UpstreamFlow,
  personId: string,
): Promise<Answer> {
  const code = "credentials_wrong";
  call.log.warn({ event: "sign-in.refused", code, address: call.address }, "sign-in refused");
  await needs.recordAudit({ kind: "sign-in", outcome: code, actor: actorOf(call), personId });
  const flow = flowOf(needs, call);
  const error = { code, reference: call.requestId } as const;
  return seeOther(loginAddress(fields), { cookies: [...flow.cookies, writeNote(needs, flow.id, { error })] });
}

function isStateOf({ secrets }: UpstreamFlow, query: URLSearchParams): boolean {
  const states = query.getAll("state");
  return states.length === 1 && isEqual(states[0] ?? "", secrets.state);
}

/** Removes the cookie of the flow, unless the answer replaces it. */
function clearUnlessSet({ cookies }: UpstreamSignInNeeds, answer: Answer): string[] {
  const start = `${cookies.nameOf("upstream")}=`;
  return answer.cookies?.some((cookie) => cookie.startsWith(start)) ? [] : [cookies.clear("upstream")];
}

function wayBack({ connectsTo, newAccount, fields }: UpstreamFlow): RefusalLink {
  if (connectsTo !== "") return backToSecurity;
  return newAccount === "" ? backToSignIn(fields) : backToNewAccount(newAccount);
}

const backToSignIn = (fields: readonly Field[]): RefusalLink => ({
  label: "Back to sign in",
  href: loginAddress(fields),
});

const backToSecurity: RefusalLink = { label: "Go to Security", href: "/account/security" };
