/** What a person is asked on the way to a code: to sign in (at `/cas/login`), and whether a site may do what it asks. */
import type { Allowed, CentralSession, FoundSession } from "@gatehouse/database";
import type Provider from "oidc-provider";
import { suggestedName } from "../credential/typed-name.ts";
import { HubError } from "../http/hub-error.ts";
import { type Answer, type Call, type Route, route, seeOther } from "../http/route.ts";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import { allowedBy } from "./allowed.ts";
import { askBeforePage, onlyAsksBefore } from "./ask-before.ts";
import { passwordAcr } from "./central-session-view.ts";
import { asksOf, consentDays, missing, neverOf, ticked } from "./consent.ts";
import { decideInSession, joinsOf } from "./session-grant.ts";

/** A flow under way, as oidc-provider keeps it. */
export type Flow = InstanceType<Provider["Interaction"]>;

const path = "/oidc/interaction/:uid";
type Result = NonNullable<Flow["result"]>;

/** Reasons for which a session that was there before is not enough. */
const needsProof = /^(login_prompt|max_age|id_token_hint|claims_id_token_sub_value|essential_acrs?)$/;

const goOn = route({
  method: "GET",
  path,
  caller: "anyone",
  antiForgery: "changes-nothing",
  sends: "nothing",
  speaks: "html",
  async answer(call) {
    const flow = await flowOf(call);
    const found = await call.hub.findSession(call, { touch: true });
    if (asksForMoreThanWeHave(flow))
      return finish(call, flow, {
        error: "unmet_authentication_requirements",
        error_description: "no sign-in here is of the kind that is asked for",
      });
    if (flow.prompt.name === "login") return askForSignIn(call, flow, found);
    if (found.state !== "alive" || isOfAnother(flow, found.session)) return askForSignIn(call, flow, found);
    const site = siteOf(call, flow);
    const token = call.hub.keys.form.sign(`${found.session.id}:${flow.uid}`);
    if (onlyAsksBefore(flow)) {
      const screen = askBeforePage(call, site, found.session.person, token);
      return { screen, keepsOpener: site.oidc?.popup };
    }
    const asked = missing(flow, call.hub, found.session);
    return {
      screen: {
        name: "consent",
        model: {
          action: call.path,
          hidden: [{ name: "token", value: token }],
          site: { name: site.name, host: site.host },
          person: { name: found.session.person.name, username: found.session.person.username },
          asks: asksOf(asked, call.hub),
          never: neverOf(asked, call.hub),
          offline: String(flow.params.scope ?? "")
            .split(" ")
            .includes("offline_access"),
          days: consentDays,
          remembered: !site.firstParty,
          device: null,
        },
      },
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
  async answer(call, { parameters }) {
    const flow = await flowOf(call);
    const found = await call.hub.findSession(call, { touch: true });
    if (found.state !== "alive" || isOfAnother(flow, found.session)) return seeOther(call.path);
    const { session } = found;
    if (!call.hub.keys.form.isSignature(`${session.id}:${flow.uid}`, parameters.get("token") ?? ""))
      throw new HubError(403, "form_token_wrong", "Please try again", [
        "This form was not made for the session you are in now. Nothing was allowed.",
        "Go back to the site and begin once more.",
      ]);
    if (onlyAsksBefore(flow)) return finish(call, flow, { ...flow.lastSubmission, consent: {} });
    const isYes = parameters.get("answer") === "allow";
    const answered = isYes
      ? await allow(call, flow, session, ticked(parameters))
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
async function allow(
  call: Call,
  flow: Flow,
  session: CentralSession,
  what: ReadonlySet<string>,
): Promise<boolean> {
  const clientId = String(flow.params.client_id);
  return decideInSession(call.hub, session, clientId, async (now) => {
    const allowed = await allowedBy(call.hub, missing(flow, call.hub, now), now.person.id, what);
    const grantId = allowed.grant.id;
    const joins = joinsOf(now, clientId, grantId);
    return settle(call, flow, { ...flow.lastSubmission, consent: { grantId } }, { ...allowed, joins });
  });
}

/** A flow belongs to the browser that began it. */
async function flowOf(call: Call): Promise<Flow> {
  const uid = call.pathParameter("uid");
  const flow =
    call.hub.cookies.read(call.header("cookie"), "interaction") === uid
      ? await call.hub.issuer.provider.Interaction.find(uid)
      : undefined;
  if (flow !== undefined) return flow;
  throw new HubError(400, "flow_expired", "This took too long", [
    "What you were doing has expired, or was begun in another browser. Nothing was changed.",
    "Go back to the site and begin once more.",
  ]);
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
async function askForSignIn(call: Call, flow: Flow, found: FoundSession): Promise<Answer> {
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
    return: call.path,
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

/** Back to oidc-provider, which goes on to the site or to the next question. */
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
