import { redirect } from "../http/redirect.ts";
import { isNavigation, readRequestId } from "../http/request-headers.ts";
import { readReturnTo, withAskedMarker } from "../http/return-to.ts";
import {
  clearCookie,
  clearOldFlows,
  clearSessionPieces,
  parseCookies,
  setCookie,
} from "../http/site-cookies.ts";
import { noteOtherOrigin, originsApart } from "../http/site-origin.ts";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import { newReference } from "../log/site-log.ts";
import { isRecent, parseMaxAge, type SignInFlow, startFlow } from "../protocol/sign-in-flow.ts";
import type { FlowReturn } from "../protocol/sign-in-protocol.ts";
import { isAsStrongAs, parseAcr } from "../session/acr.ts";
import { parseReason } from "../session/standing.ts";
import { departure, landing, neverAsk, signedInNow, wasJustSignedIn } from "../site/recognition-marker.ts";
import type { Site } from "../site/site.ts";
import { errorPage, unavailablePage } from "./error-page.ts";

/** The parts of a site that redirect a browser to the hub. */
type Departure = Pick<Site, "settings" | "cookies" | "protocol" | "engine" | "health" | "log" | "now">;

/** `GET /api/auth/sign-in?returnTo=`: redirects to the hub, without a page or form between. */
export async function signInRoute(
  site: Departure & Pick<Site, "readStanding">,
  request: Request,
): Promise<Response> {
  noteOtherOrigin(site, request.headers);
  await refuseRedirectLoop(site, request);
  return beginFrom(site, request, "sign-in");
}

/**
 * Detects a session cookie that was not kept or that another process cannot read. The hub would sign the user in again
 * without asking, and page and hub would redirect to each other until the user deletes the cookies.
 */
async function refuseRedirectLoop(
  site: Pick<Site, "settings" | "cookies" | "readStanding" | "now">,
  request: Request,
): Promise<void> {
  const sent = parseCookies(request.headers.get("cookie"));
  if (!wasJustSignedIn(sent.get(site.cookies.asked), site.now())) return;
  const standing = await site.readStanding(request.headers, { quiet: true });
  if (standing.state === "anonymous")
    throw new GatehouseAuthError("session_not_kept", originsApart(site, request.headers));
}

/** `GET /api/auth/recognise?returnTo=`: the same, but the hub shows nothing. */
export async function recogniseRoute(site: Departure, request: Request): Promise<Response> {
  const marker = parseCookies(request.headers.get("cookie")).get(site.cookies.asked);
  if (marker === neverAsk) return redirect(site.settings.siteUrl + readReturnTo(request), []);
  return beginFrom(site, request, "recognise");
}

function beginFrom(site: Departure, request: Request, purpose: SignInFlow["purpose"]): Promise<Response> {
  requireNavigation(request);
  const query = new URL(request.url).searchParams;
  const returnTo = readReturnTo(request);
  const reason = query.has("reason") ? parseReason(query.get("reason")) : null;
  const maxAge = purpose === "sign-in" ? parseMaxAge(query.get("maxAge")) : null;
  const acr = purpose === "sign-in" ? parseAcr(query.get("acr")) : null;
  return begin(site, request, startFlow({ returnTo, purpose, attempt: 1, maxAge, acr }), reason);
}

async function begin(
  site: Departure,
  request: Request,
  flow: SignInFlow,
  reason: string | null,
): Promise<Response> {
  // If the hub is down, the redirect would end on the browser's own error page.
  const hub = await site.health.presence();
  if (hub !== "there") return answerWithoutHub(site, request, flow, site.health.missing(hub));
  const { prepared, setCookies } = await site.engine.start(flow);
  const sent = parseCookies(request.headers.get("cookie"));
  const cookies = [...clearOldFlows(site.cookies, sent), ...setCookies];
  if (flow.purpose === "recognise") {
    // Recorded before the hub is asked: a user who turns back half-way is not redirected again.
    const marker = departure(sent.get(site.cookies.asked), site.now());
    cookies.push(setCookie(site.cookies, site.cookies.asked, marker));
  }
  return redirect(site.protocol.authenticationUrl(site.settings, { flow, prepared, reason }), cookies);
}

/** The answer when the hub is down. The user did not ask for recognition, so its failure is only logged. */
function answerWithoutHub(
  site: Pick<Site, "settings" | "cookies" | "log" | "now">,
  request: Request,
  flow: SignInFlow,
  error: GatehouseAuthError,
): Response {
  if (flow.purpose === "sign-in") throw error;
  site.log.write(error, { level: "warn", requestId: readRequestId(request.headers) });
  return returnWithoutSession(site, request, flow);
}

/** `GET /api/auth/callback/gatehouse`: the return from the hub, with a ticket or (recognise) without. */
export async function callbackRoute(
  site: Departure & Pick<Site, "memory" | "check">,
  request: Request,
): Promise<Response> {
  requireNavigation(request);
  const returned = site.protocol.parseReturn(site.settings, new URL(request.url).searchParams);
  if (!returned) throw new GatehouseAuthError("callback_malformed");
  const { flow, ticket, refusal } = returned;
  try {
    if (ticket) return await complete(site, request, { ...returned, ticket });
    if (refusal) throw refusal;
    if (flow.purpose === "sign-in") throw new GatehouseAuthError("no_ticket");
    return returnWithoutSession(site, request, flow);
  } catch (error) {
    return recover(site, request, flow, error);
  }
}

async function complete(
  site: Pick<Site, "settings" | "cookies" | "engine" | "memory" | "check" | "now">,
  request: Request,
  returned: FlowReturn & { ticket: string },
) {
  const { flow } = returned;
  const { cookies } = site;
  const sent = parseCookies(request.headers.get("cookie"));
  const stateCookie = sent.get(cookies.state(flow.id)) ?? null;
  const { user, groupsAtHub, setCookies } = await site.engine.finish(returned, stateCookie);
  // Redirecting again would loop if the hub does not ask again. A second step that is set up first may take longer than the
  // age allows: then the page asks again, for the age alone.
  if (flow.maxAge !== null && flow.acr === null && !isRecent(user.authenticatedAt, flow.maxAge, site.now())) {
    throw new GatehouseAuthError("sign_in_too_old");
  }
  // Checked at once, so that a wrong secret is an error page here and not a redirect loop between pages and hub, and anew,
  // because the session may have become stronger. The answer also fills the cache for the next page.
  const requestId = readRequestId(request.headers);
  site.memory.forgetEnd(user.sessionIndex);
  const asking = { active: true, anew: true, groups: groupsAtHub, requestId };
  const standing = await site.check.standing(user.sessionIndex, asking);
  if (standing.state === "unclear") throw standing.error;
  if (standing.state === "ended") throw new GatehouseAuthError("session_over");
  if (flow.acr !== null && !isAsStrongAs(standing.acr, flow.acr))
    throw new GatehouseAuthError("sign_in_too_weak");
  // Without this error the user would silently be in no group.
  if (groupsAtHub && standing.groups === null) throw new GatehouseAuthError("groups_too_many");
  return redirect(site.settings.siteUrl + flow.returnTo, [
    ...setCookies,
    ...clearSessionPieces(cookies, sent),
    setCookie(cookies, cookies.asked, signedInNow(site.now())),
    clearCookie(cookies, cookies.signedOut),
  ]);
}

/** The answer to a failed callback. It signs nobody in. */
function recover(
  site: Departure,
  request: Request,
  flow: SignInFlow,
  error: unknown,
): Response | Promise<Response> {
  if (flow.purpose === "recognise" && error instanceof GatehouseAuthError) {
    return answerWithoutHub(site, request, flow, error);
  }
  if (!(error instanceof GatehouseAuthError) || error.code !== "state_mismatch") throw error;
  if (flow.attempt === 2)
    throw new GatehouseAuthError("cookies_refused", originsApart(site, request.headers), { cause: error });
  // Usually a login form that was left open too long. The foreign ticket is not used; this browser starts a sign-in of its
  // own, which an open central session completes at once.
  site.log.write(error, { level: "warn", requestId: readRequestId(request.headers) });
  return begin(site, request, startFlow({ ...flow, attempt: 2 }), null);
}

/** Returns to the page without a session. A browser that keeps no cookies gets the marker in the address. */
function returnWithoutSession(
  site: Pick<Site, "settings" | "cookies" | "now">,
  request: Request,
  flow: SignInFlow,
): Response {
  const { cookies, settings } = site;
  const marker = parseCookies(request.headers.get("cookie")).get(cookies.asked);
  const path = marker ? flow.returnTo : withAskedMarker(flow.returnTo, settings.siteUrl);
  return redirect(settings.siteUrl + path, [
    setCookie(cookies, cookies.asked, landing(marker, site.now())),
    clearCookie(cookies, cookies.state(flow.id)),
  ]);
}

/**
 * `GET /api/auth/unavailable?returnTo=`: asks a signed-in user to wait while the hub cannot be asked. Reloading continues
 * as soon as the hub answers.
 */
export async function unavailableRoute(
  site: Pick<Site, "settings" | "readStanding" | "log">,
  request: Request,
): Promise<Response> {
  const standing = await site.readStanding(request.headers, { quiet: true });
  const returnTo = readReturnTo(request);
  if (standing.state !== "unclear") return redirect(site.settings.siteUrl + returnTo, []);
  const { error } = standing;
  const reference = newReference();
  site.log.write(error, { reference, requestId: readRequestId(request.headers) });
  const show = error.code === "hub_unreachable" ? unavailablePage : errorPage;
  return show({ error, reference, returnTo });
}

/**
 * Refuses requests that are no navigation, such as pictures, frames and scripts of other sites. Programs send no such
 * headers and pass; the state cookie binds their sign-in to themselves.
 */
function requireNavigation(request: Request): void {
  if (isNavigation(request.headers) === false) throw new GatehouseAuthError("request_refused");
}
