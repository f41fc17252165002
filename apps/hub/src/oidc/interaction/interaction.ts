/** Questions of an authorization request: the sign-in (at `/cas/login`), the account and the consent. */
import type {
  CentralSession,
  Decision,
  DecisionStore,
  FactorStore,
  FoundSession,
  OidcArtifactStore,
} from "@gatehouse/database";
import { suggestedName } from "../../credential/typed-name.ts";
import type { Cookies } from "../../http/cookies.ts";
import { HubError } from "../../http/hub-error.ts";
import { type Answer, type Call, type Route, route, seeOther } from "../../http/route.ts";
import type { ChooseAccountScreen } from "../../screen/screen.ts";
import { acrOf } from "../../session/acr.ts";
import type { FindSession } from "../../session/find-session.ts";
import type { HubKeys } from "../../settings/secret-keys.ts";
import type { AskForAccount } from "../../sign-in/choose-account.ts";
import { factorAddress } from "../../sign-in/login-address.ts";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import { type AllowNeeds, allowedBy } from "../grant/allowed.ts";
import { decideInSession, joinsOf, type SessionGrantNeeds } from "../grant/session-grant.ts";
import type { Flow } from "../issuer/provider.ts";
import {
  allowedScopes,
  type ConsentChoice,
  readChoice,
  type Scopes,
  scopesOfFlow,
  undecidedScopes,
} from "../scope/consent.ts";
import { askBeforePage, chooseReason, hintReason, onlyAsksBefore, otherReason } from "./ask-before.ts";
import { consentEvent } from "./consent-event.ts";
import { type ConsentPageNeeds, consentPage } from "./consent-page.ts";
import { acrReason, type DemandedAcr, isTooWeak } from "./demanded-acr.ts";
import { isChosenSession, restartAddress } from "./restart.ts";

export interface InteractionNeeds extends AllowNeeds, ConsentPageNeeds, SessionGrantNeeds {
  readonly askForAccount: AskForAccount;
  readonly cookies: Pick<Cookies, "clear" | "read">;
  readonly factors: Pick<FactorStore, "has">;
  readonly decisions: Pick<DecisionStore, "decide">;
  readonly findSession: FindSession;
  readonly keys: Pick<HubKeys, "form">;
  readonly oidcArtifacts: Pick<OidcArtifactStore, "find">;
}

const path = "/oidc/interaction/:uid";
type Because = ChooseAccountScreen["because"];
type Result = NonNullable<Flow["result"]>;

/** Reasons for which an earlier sign-in is not enough. */
const needsProof = /^(login_prompt|max_age|id_token_hint(_of_another)?|claims_id_token_sub_value)$/;

const ask = (needs: InteractionNeeds): Route =>
  route({
    method: "GET",
    path,
    caller: "anyone",
    antiForgery: "navigation",
    sends: "raw-query",
    speaks: "html",
    asksForSignIn: true,
    async answer(call, { rawQuery }) {
      const query = new URLSearchParams(rawQuery);
      const found = await needs.findSession(call, { touch: true });
      const flow = await findFlow(needs, call);
      const isChosen =
        found.state === "alive" && isChosenSession(needs, call.pathParameter("uid"), query, found.session);
      if (flow === undefined) return answerWithoutFlow(needs, query, found, isChosen);
      if (asksForUnknownAcr(flow))
        return finish(needs, flow, {
          error: "unmet_authentication_requirements",
          error_description: "the requested acr is not available",
        });
      if (found.state === "alive" && !isChosen) {
        const because = whyToChoose(flow, found.session);
        if (because !== undefined) return askWhich(needs, call, flow, query, found.session, because);
      }
      if (flow.prompt.name === "login" || found.state !== "alive" || isOfAnother(flow, found.session))
        return askForSignIn(needs, call, flow, query, found);
      if (isToChoose(flow)) return finish(needs, flow, { ...flow.lastSubmission, select_account: {} });
      const site = siteOf(needs, flow);
      const token = tokenFor(needs, flow, found.session);
      if (onlyAsksBefore(flow)) {
        const screen = askBeforePage(addressOf(call, query), site, found.session.person, token);
        return { screen, keepsOpener: site.oidc?.popup };
      }
      const { session } = found;
      const asked = undecidedScopes(flow, needs, session);
      const requested = scopesOfFlow(flow, needs);
      const page = await consentPage(needs, { site, session, asked, requested, anew: false });
      const hidden = [{ name: "token", value: token }];
      return {
        screen: { name: "consent", model: { action: addressOf(call, query), hidden, ...page, device: null } },
        keepsOpener: site.oidc?.popup,
      };
    },
  });

const decide = (needs: InteractionNeeds): Route =>
  route({
    method: "POST",
    path,
    caller: "anyone",
    antiForgery: "flow-token",
    sends: "form",
    speaks: "html",
    async answer(call, { parameters, rawQuery }) {
      const query = new URLSearchParams(rawQuery);
      const found = await needs.findSession(call, { touch: true });
      const flow = await findFlow(needs, call);
      if (flow === undefined) return answerWithoutFlow(needs, query, found, false);
      const here = addressOf(call, query);
      if (found.state !== "alive") return seeOther(here);
      const { session } = found;
      const isToken = isTokenFor(needs, flow, session, parameters.get("token") ?? "");
      if (parameters.get("answer") === "leave" && isToken)
        return finish(needs, flow, {
          error: "login_required",
          error_description: "the requested account is not signed in",
        });
      if (isOfAnother(flow, session)) return seeOther(here);
      if (!isToken)
        throw new HubError(
          403,
          "form_token_wrong",
          "Please try again",
          [
            `This form belongs to another session: you are now signed in as ${session.person.name}. Nothing was allowed.`,
            "Continue, and look at the question again.",
          ],
          {},
          { label: "Continue", href: here },
        );
      if (onlyAsksBefore(flow)) return finish(needs, flow, { ...flow.lastSubmission, consent: {} });
      if (parameters.get("answer") === "switch")
        return askWhich(needs, call, flow, query, session, "not-you");
      const isYes = parameters.get("answer") === "allow" || parameters.get("answer") === "without";
      const answered = isYes
        ? await allow(needs, call, flow, session, readChoice(parameters))
        : await settle(
            needs,
            flow,
            { error: "access_denied", error_description: "the user declined" },
            { event: consentEvent(call, session, String(flow.params.client_id), null) },
          );
      if (answered) {
        const event = isYes ? "consent.given" : "consent.declined";
        const site = flow.params.client_id;
        call.log.info({ event, site, person: session.person.id }, "consent decided");
      }
      return resume(needs, flow);
    },
  });

export const interactionRoutes = (needs: InteractionNeeds): Route[] => [ask(needs), decide(needs)];

/** @returns as `settle` */
async function allow(
  needs: InteractionNeeds,
  call: Call,
  flow: Flow,
  session: CentralSession,
  choice: ConsentChoice,
): Promise<boolean> {
  const clientId = String(flow.params.client_id);
  return decideInSession(needs, session, clientId, async (now) => {
    const asked = undecidedScopes(flow, needs, now);
    const allowed = await allowedBy(needs, asked, now.person.id, choice);
    const grantId = allowed.grant.id;
    const joins = joinsOf(now, clientId, grantId);
    const decided: Scopes = { scopes: asked.scopes, resources: asked.resources };
    const result = { ...flow.lastSubmission, consent: { grantId }, decided };
    const event = consentEvent(call, now, clientId, allowedScopes(asked, choice, needs));
    return settle(needs, flow, result, { allowed: { ...allowed, joins }, event });
  });
}

/** A flow belongs to the browser that began it. */
async function findFlow(needs: InteractionNeeds, call: Call): Promise<Flow | undefined> {
  const uid = call.pathParameter("uid");
  return needs.cookies.read(call.header("cookie"), "interaction") === uid
    ? await needs.issuer.provider.Interaction.find(uid)
    : undefined;
}

/** Address of a flow's page, with the parameters to restart the flow. */
function addressOf(call: Call, query: URLSearchParams): string {
  return query.size === 0 ? call.path : `${call.path}?${query}`;
}

/**
 * Answers when the flow is over or belongs to another browser. A user who has just signed in for it continues at once; this
 * cannot loop, because a new flow begins.
 */
function answerWithoutFlow(
  needs: InteractionNeeds,
  query: URLSearchParams,
  found: FoundSession,
  isChosen: boolean,
): Answer {
  const restart = restartAddress(needs, query);
  if (isChosen && restart !== undefined) return seeOther(restart.address);
  const whose = found.state === "alive" ? ` You are signed in as ${found.session.person.name}.` : "";
  throw new HubError(
    400,
    "flow_expired",
    "This page has expired",
    [
      `This sign-in is complete, has expired, or was started in another browser. Nothing was changed.${whose}`,
      restart === undefined
        ? "Go back to the site and start again."
        : `Continue to ${restart.site.name}. If you see this page again, allow cookies for this site.`,
    ],
    {},
    restart && { label: `Continue to ${restart.site.name}`, href: restart.address },
  );
}

/** Form token bound to the session's `uid`, which stays when the same user re-authenticates. */
function tokenFor(needs: InteractionNeeds, flow: Flow, { uid }: CentralSession): string {
  return needs.keys.form.sign("interaction-form", `${uid}:${flow.uid}`);
}

function isTokenFor(needs: InteractionNeeds, flow: Flow, { uid }: CentralSession, token: string): boolean {
  return needs.keys.form.isSignature("interaction-form", `${uid}:${flow.uid}`, token);
}

/**
 * Reason to ask the signed-in user before continuing: the flow began in another user's session, or the site names another
 * account, or wants the user to choose. `undefined`: no reason.
 *
 * @see OpenID Connect Core 1.0, section 3.1.2.1 (id_token_hint, login_hint, prompt)
 */
function whyToChoose(flow: Flow, { person }: CentralSession): Because | undefined {
  const { accountId } = flow.session ?? {};
  if (accountId !== undefined && accountId !== person.id) return "opened-before";
  const { reasons } = flow.prompt;
  if (isToChoose(flow)) return "asked-to-choose";
  const asksForOther = ["id_token_hint", otherReason, "claims_id_token_sub_value"];
  if (asksForOther.some((reason) => reasons.includes(reason))) return "other-asked-for";
  return reasons.includes(hintReason) ? "suggested" : undefined;
}

function isToChoose({ prompt }: Flow): boolean {
  return prompt.reasons.includes(chooseReason);
}

function askWhich(
  needs: InteractionNeeds,
  call: Call,
  flow: Flow,
  query: URLSearchParams,
  session: CentralSession,
  because: Because,
): Promise<Answer> {
  const { name, host } = siteOf(needs, flow);
  const parameters = new Map([
    ["return", addressOf(call, query)],
    ["site", String(flow.params.client_id ?? "")],
  ]);
  const username = suggestedName(flow.params.login_hint, 200);
  return needs.askForAccount(call, {
    session,
    parameters,
    because,
    attempt: { username, rememberMe: false, askBefore: false },
    ...(because === "other-asked-for"
      ? {
          decline: {
            action: addressOf(call, query),
            hidden: [{ name: "token", value: tokenFor(needs, flow, session) }],
            site: { name, host },
          },
        }
      : {}),
  });
}

/**
 * Whether the flow began in another session: another user has signed in, or the same user has signed out and in again. A
 * session keeps its `uid` when its user re-authenticates.
 */
function isOfAnother(flow: Flow, { uid }: CentralSession): boolean {
  return flow.session?.uid !== undefined && flow.session.uid !== uid;
}

/**
 * Whether the site demands a kind of sign-in that the hub does not offer; asking for the password would never satisfy it.
 *
 * @see OpenID Connect Unmet Authentication Requirements 1.0
 */
function asksForUnknownAcr(flow: Flow): boolean {
  const demanded = demandOf(flow);
  return demanded !== null && demanded.acr === null;
}

/** The demand that the session does not meet; `null`: none. */
function demandOf({ prompt }: Flow): DemandedAcr | null {
  if (!prompt.reasons.includes(acrReason)) return null;
  return (prompt.details.demanded as DemandedAcr | undefined) ?? null;
}

/** Redirects to the sign-in, or continues if the user has just signed in for this flow. */
async function askForSignIn(
  needs: InteractionNeeds,
  call: Call,
  flow: Flow,
  address: URLSearchParams,
  found: FoundSession,
): Promise<Answer> {
  const proof = flow.prompt.name === "login" && flow.prompt.reasons.some((reason) => needsProof.test(reason));
  const began = await needs.oidcArtifacts.find("Interaction", flow.uid);
  const isProved = (at: Date): boolean => began !== null && at >= began.createdAt;
  if (found.state === "alive" && (!proof || isProved(found.session.authenticatedAt))) {
    const { amr, person, authenticatedAt } = found.session;
    const demanded = demandOf(flow);
    const isWeak = isTooWeak(amr, demanded);
    if (demanded !== null && isWeak && (demanded.essential || (await needs.factors.has(person.id))))
      return askForFactor(needs, call, flow, address, demanded);
    const ts = Math.floor(authenticatedAt.getTime() / 1000);
    return finish(needs, flow, {
      ...flow.lastSubmission,
      login: {
        accountId: person.id,
        ts,
        acr: acrOf(amr),
        amr: [...amr],
        remember: found.session.longTerm,
        ...(isWeak ? { acrAsked: true } : {}),
      },
    });
  }
  const hint = suggestedName(flow.params.login_hint, 200);
  const query = new URLSearchParams({
    return: addressOf(call, address),
    site: String(flow.params.client_id ?? ""),
    ...(found.state === "alive" ? { renew: "true" } : {}),
    ...(hint === "" ? {} : { name: hint }),
  });
  return seeOther(`/cas/login?${query}`);
}

/** The user is signed in, and proves only the missing factor. */
function askForFactor(
  { cookies }: InteractionNeeds,
  call: Call,
  flow: Flow,
  address: URLSearchParams,
  { acr }: DemandedAcr,
): Answer {
  const fields = [
    { name: "return", value: addressOf(call, address) },
    { name: "site", value: String(flow.params.client_id ?? "") },
    { name: "acr", value: acr ?? "" },
  ];
  // A sign-in that was left pending in this browser is not the one to strengthen.
  return seeOther(factorAddress(fields), { cookies: [cookies.clear("pending")] });
}

async function finish(needs: InteractionNeeds, flow: Flow, result: Result): Promise<Answer> {
  await settle(needs, flow, result);
  return resume(needs, flow);
}

/** Returns to oidc-provider, which redirects to the site or to the next question. */
function resume(needs: InteractionNeeds, flow: Flow): Answer {
  const site = needs.sites.find(String(flow.params.client_id ?? ""));
  return seeOther(flow.returnTo, { goesTo: site, keepsOpener: site?.oidc?.popup });
}

/**
 * Stores the answer to a question, together with the allowed scopes.
 *
 * @returns false: another answer was stored before, or the flow is over; the flow continues with that answer
 */
function settle(
  needs: InteractionNeeds,
  flow: Flow,
  result: Result,
  more: Pick<Decision, "allowed" | "event"> = {},
): Promise<boolean> {
  // Another user may have signed in since the flow began, so it must not name the old session.
  const session = result.login === undefined ? {} : { session: null };
  return needs.decisions.decide({
    question: { kind: "Interaction", id: flow.uid },
    answer: { payload: { result, ...session } },
    ...more,
  });
}

function siteOf(needs: InteractionNeeds, flow: Flow): RegisteredSite {
  const site = needs.sites.find(String(flow.params.client_id ?? ""));
  if (site !== undefined) return site;
  throw new HubError(403, "site_unknown", "This site is not registered here", [
    "The site that sent you here is no longer registered. You were not signed in to it.",
  ]);
}
