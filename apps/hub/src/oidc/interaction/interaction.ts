/** Questions on the way to a code: the sign-in (at `/cas/login`) and the consent. */
import type { Allowed, CentralSession, FoundSession } from "@gatehouse/database";
import { suggestedName } from "../../credential/typed-name.ts";
import { HubError } from "../../http/hub-error.ts";
import { type Answer, type Call, type Route, route, seeOther } from "../../http/route.ts";
import type { ChooseAccountScreen } from "../../screen.ts";
import { passwordAcr } from "../../session/acr.ts";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import { allowedBy } from "../grant/allowed.ts";
import { decideInSession, joinsOf } from "../grant/session-grant.ts";
import type { Flow } from "../issuer/provider.ts";
import { type Choice, missing, readChoice, requestedBy, type Scopes } from "../scope/consent.ts";
import { askBeforePage, hintReason, onlyAsksBefore, otherReason } from "./ask-before.ts";
import { consentPage } from "./consent-page.ts";
import { isChosenSession, wayToRestart } from "./restart.ts";

const path = "/oidc/interaction/:uid";
type Because = ChooseAccountScreen["because"];
type Result = NonNullable<Flow["result"]>;

/** Reasons for which a session that was there before is not enough. */
const needsProof =
  /^(login_prompt|max_age|id_token_hint(_of_another)?|claims_id_token_sub_value|essential_acrs?)$/;

const goOn = route({
  method: "GET",
  path,
  caller: "anyone",
  antiForgery: "navigation",
  sends: "raw-query",
  speaks: "html",
  asksForSignIn: true,
  async answer(call, { rawQuery }) {
    const query = new URLSearchParams(rawQuery);
    const found = await call.hub.findSession(call, { touch: true });
    const flow = await findFlow(call);
    const isChosen =
      found.state === "alive" && isChosenSession(call.hub, call.pathParameter("uid"), query, found.session);
    if (flow === undefined) return goOnWithout(call, query, found, isChosen);
    if (asksForMoreThanWeHave(flow))
      return finish(call, flow, {
        error: "unmet_authentication_requirements",
        error_description: "no sign-in here is of the kind that is asked for",
      });
    if (found.state === "alive" && !isChosen) {
      const because = whyToChoose(flow, found.session);
      if (because !== undefined) return askWhich(call, flow, query, found.session, because);
    }
    if (flow.prompt.name === "login") return askForSignIn(call, flow, query, found);
    if (found.state !== "alive" || isOfAnother(flow, found.session))
      return askForSignIn(call, flow, query, found);
    const site = siteOf(call, flow);
    const token = tokenFor(call, flow, found.session);
    if (onlyAsksBefore(flow)) {
      const screen = askBeforePage(addressOf(call, query), site, found.session.person, token);
      return { screen, keepsOpener: site.oidc?.popup };
    }
    const { session } = found;
    const asked = missing(flow, call.hub, session);
    const requested = requestedBy(flow, call.hub);
    const page = await consentPage(call.hub, { site, session, asked, requested, anew: false });
    const hidden = [{ name: "token", value: token }];
    return {
      screen: { name: "consent", model: { action: addressOf(call, query), hidden, ...page, device: null } },
      keepsOpener: site.oidc?.popup,
    };
  },
});

const decide = route({
  method: "POST",
  path,
  caller: "anyone",
  antiForgery: "flow-token",
  sends: "form",
  speaks: "html",
  async answer(call, { parameters, rawQuery }) {
    const query = new URLSearchParams(rawQuery);
    const found = await call.hub.findSession(call, { touch: true });
    const flow = await findFlow(call);
    if (flow === undefined) return goOnWithout(call, query, found, false);
    const here = addressOf(call, query);
    if (found.state !== "alive") return seeOther(here);
    const { session } = found;
    const isToken = isTokenFor(call, flow, session, parameters.get("token") ?? "");
    if (parameters.get("answer") === "leave" && isToken)
      return finish(call, flow, {
        error: "login_required",
        error_description: "the account that the site asks for is not signed in",
      });
    if (isOfAnother(flow, session)) return seeOther(here);
    if (!isToken)
      throw new HubError(
        403,
        "form_token_wrong",
        "Please try again",
        [
          `This form was not made for the session you are in now: you are signed in as ${session.person.name}. Nothing was allowed.`,
          "Go on, and look at what is asked once more.",
        ],
        {},
        { label: "Go on", href: here },
      );
    if (onlyAsksBefore(flow)) return finish(call, flow, { ...flow.lastSubmission, consent: {} });
    if (parameters.get("answer") === "switch") return askWhich(call, flow, query, session, "not-you");
    const isYes = parameters.get("answer") === "allow" || parameters.get("answer") === "without";
    const answered = isYes
      ? await allow(call, flow, session, readChoice(parameters))
      : await settle(call, flow, { error: "access_denied", error_description: "the person said no" });
    if (answered) {
      const event = isYes ? "consent.given" : "consent.declined";
      const facts = { event, site: flow.params.client_id, person: session.person.id };
      call.log.info(facts, "consent decided");
    }
    return resume(call, flow);
  },
});

export const interactions: readonly Route[] = [goOn, decide];

/** @returns as `settle` */
async function allow(call: Call, flow: Flow, session: CentralSession, choice: Choice): Promise<boolean> {
  const clientId = String(flow.params.client_id);
  return decideInSession(call.hub, session, clientId, async (now) => {
    const asked = missing(flow, call.hub, now);
    const allowed = await allowedBy(call.hub, asked, now.person.id, choice);
    const grantId = allowed.grant.id;
    const joins = joinsOf(now, clientId, grantId);
    const decided: Scopes = { scopes: asked.scopes, resources: asked.resources };
    const result = { ...flow.lastSubmission, consent: { grantId }, decided };
    return settle(call, flow, result, { ...allowed, joins });
  });
}

/** A flow belongs to the browser that began it. */
async function findFlow(call: Call): Promise<Flow | undefined> {
  const uid = call.pathParameter("uid");
  return call.hub.cookies.read(call.header("cookie"), "interaction") === uid
    ? await call.hub.issuer.provider.Interaction.find(uid)
    : undefined;
}

/** Address of a flow's page, with the parameters to restart the flow. */
function addressOf(call: Call, query: URLSearchParams): string {
  return query.size === 0 ? call.path : `${call.path}?${query}`;
}

/**
 * Answers for a flow that is over, answered, or another browser's. A user who has just signed in for it continues at once;
 * this cannot loop, because a new flow begins.
 */
function goOnWithout(call: Call, query: URLSearchParams, found: FoundSession, isChosen: boolean): Answer {
  const restart = wayToRestart(call.hub, query);
  if (isChosen && restart !== undefined) return seeOther(restart.address);
  const whose = found.state === "alive" ? ` You are signed in as ${found.session.person.name}.` : "";
  throw new HubError(
    400,
    "flow_expired",
    "This page is over",
    [
      `What this page was for is done, has expired, or was begun in another browser. Nothing was changed.${whose}`,
      restart === undefined
        ? "Go back to the site and begin once more."
        : `Go on to ${restart.site.name}. If this page comes back, allow cookies for this site.`,
    ],
    {},
    restart && { label: `Continue to ${restart.site.name}`, href: restart.address },
  );
}

/** Form token bound to the session's `uid`, which stays when the same user re-authenticates. */
function tokenFor(call: Call, flow: Flow, { uid }: CentralSession): string {
  return call.hub.keys.form.sign(`${uid}:${flow.uid}`);
}

function isTokenFor(call: Call, flow: Flow, { uid }: CentralSession, token: string): boolean {
  return call.hub.keys.form.isSignature(`${uid}:${flow.uid}`, token);
}

/**
 * Reason to ask the signed-in user before continuing: the flow began in another user's session, or the site names another
 * account. `undefined`: no reason.
 *
 * @see OpenID Connect Core 1.0, section 3.1.2.1 (id_token_hint, login_hint)
 */
function whyToChoose(flow: Flow, { person }: CentralSession): Because | undefined {
  const { accountId } = flow.session ?? {};
  if (accountId !== undefined && accountId !== person.id) return "opened-before";
  const { reasons } = flow.prompt;
  const asksForOther = ["id_token_hint", otherReason, "claims_id_token_sub_value"];
  if (asksForOther.some((reason) => reasons.includes(reason))) return "other-asked-for";
  return reasons.includes(hintReason) ? "suggested" : undefined;
}

function askWhich(
  call: Call,
  flow: Flow,
  query: URLSearchParams,
  session: CentralSession,
  because: Because,
): Promise<Answer> {
  const { name, host } = siteOf(call, flow);
  const parameters = new Map([
    ["return", addressOf(call, query)],
    ["site", String(flow.params.client_id ?? "")],
  ]);
  const username = suggestedName(flow.params.login_hint, 200);
  return call.hub.askWhichAccount(call, {
    session,
    parameters,
    because,
    attempt: { username, rememberMe: false, askBefore: false },
    ...(because === "other-asked-for"
      ? {
          decline: {
            action: addressOf(call, query),
            hidden: [{ name: "token", value: tokenFor(call, flow, session) }],
            site: { name, host },
          },
        }
      : {}),
  });
}

/**
 * Somebody else has signed in meanwhile, or she has signed out and in again: the flow knows another session, and could
 * not go on in this one. Whoever proves herself anew takes her session's uid along.
 */
function isOfAnother(flow: Flow, { uid }: CentralSession): boolean {
  return flow.session?.uid !== undefined && flow.session.uid !== uid;
}

/**
 * Whether a kind of sign-in is demanded that there is none of; she would be asked for her password for ever.
 *
 * @see OpenID Connect Unmet Authentication Requirements 1.0
 */
function asksForMoreThanWeHave({ prompt }: Flow): boolean {
  if (!prompt.reasons.some((reason) => /^essential_acrs?$/.test(reason))) return false;
  const { value, values } = (prompt.details.acr ?? {}) as { value?: unknown; values?: unknown[] };
  return ![value, values ?? []].flat().includes(passwordAcr);
}

/** Sends her to sign in, or on her way when she has just done so. */
async function askForSignIn(
  call: Call,
  flow: Flow,
  address: URLSearchParams,
  found: FoundSession,
): Promise<Answer> {
  const proof = flow.prompt.name === "login" && flow.prompt.reasons.some((reason) => needsProof.test(reason));
  const began = await call.hub.database.oidcArtifacts.find("Interaction", flow.uid);
  const isProved = (at: Date): boolean => began !== null && at >= began.createdAt;
  if (found.state === "alive" && (!proof || isProved(found.session.authenticatedAt))) {
    const { person, authenticatedAt } = found.session;
    const ts = Math.floor(authenticatedAt.getTime() / 1000);
    return finish(call, flow, {
      ...flow.lastSubmission,
      login: { accountId: person.id, ts, acr: passwordAcr, amr: ["pwd"], remember: found.session.longTerm },
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

async function finish(call: Call, flow: Flow, result: Result): Promise<Answer> {
  await settle(call, flow, result);
  return resume(call, flow);
}

/** Returns to oidc-provider, which redirects to the site or to the next question. */
function resume(call: Call, flow: Flow): Answer {
  const site = call.hub.sites.find(String(flow.params.client_id ?? ""));
  return seeOther(flow.returnTo, { goesTo: site, keepsOpener: site?.oidc?.popup });
}

/**
 * Writes what came of a question, with what she allowed.
 *
 * @returns false: another answer of hers stands, or the flow was gone through; it goes on with that
 */
function settle(call: Call, flow: Flow, result: Result, allowed?: Allowed): Promise<boolean> {
  // Another person than the flow began with may have signed in; her session is not the one it names.
  const session = result.login === undefined ? {} : { session: null };
  return call.hub.database.decisions.decide({
    question: { kind: "Interaction", id: flow.uid },
    answer: { payload: { result, ...session } },
    allowed,
  });
}

function siteOf(call: Call, flow: Flow): RegisteredSite {
  const site = call.hub.sites.find(String(flow.params.client_id ?? ""));
  if (site !== undefined) return site;
  throw new HubError(403, "site_unknown", "This site is not registered here", [
    "The site that sent you here is not registered any more. You were not signed in to it.",
  ]);
}
