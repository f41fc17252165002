import { errorPage, unavailablePage } from "./error-page.ts";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import { departure, landing, neverAsk, signedInNow, wasJustSignedIn } from "../site/recognition-marker.ts";
import { readReturnTo, withAskedMarker } from "../http/return-to.ts";
import { isNavigation } from "../http/sent-by-browser.ts";
import { parseReason } from "../session/session-check.ts";
import { isRecent, parseMaxAge, type SignInFlow, startFlow } from "../protocol/sign-in-flow.ts";
import type { FlowReturn } from "../protocol/sign-in-protocol.ts";
import type { Site } from "../site/site.ts";
import { clearCookie, clearOldFlows, clearSessionPieces, parseCookies, setCookie } from "../http/site-cookies.ts";
import { newReference } from "../log/site-log.ts";
import { noteOtherOrigin, originsApart } from "../http/site-origin.ts";
import { readRequestId, readStanding } from "../session/site-session.ts";

/** `GET /api/auth/sign-in?returnTo=`: to the hub, without a page or form between. */
export async function signInRoute(site: Site, request: Request): Promise<Response> {
  noteOtherOrigin(site, request.headers);
  await refuseCircle(site, request);
  return beginFrom(site, request, "sign-in");
}

/**
 * Detects a session cookie that was not kept or that another process cannot read. The hub would sign the user in again
 * without asking, and page and hub would redirect to each other until the user deletes the cookies.
 */
async function refuseCircle(site: Site, request: Request): Promise<void> {
  const sent = parseCookies(request.headers.get("cookie"));
  if (!wasJustSignedIn(sent.get(site.cookies.asked), site.now())) return;
  const standing = await readStanding(site, request.headers, { active: false, quiet: true });
  if (standing.state === "anonymous")
    throw new GatehouseAuthError("session_not_kept", originsApart(site, request.headers));
}

/** `GET /api/auth/recognise?returnTo=`: the same, but the hub shows nothing. */
export async function recogniseRoute(site: Site, request: Request): Promise<Response> {
  const marker = parseCookies(request.headers.get("cookie")).get(site.cookies.asked);
  if (marker === neverAsk) return redirect(site.settings.siteUrl + readReturnTo(request), []);
  return beginFrom(site, request, "recognise");
}

function beginFrom(site: Site, request: Request, purpose: SignInFlow["purpose"]): Promise<Response> {
  requireNavigation(request);
  const query = new URL(request.url).searchParams;
  const returnTo = readReturnTo(request);
  const reason = query.has("reason") ? parseReason(query.get("reason")) : null;
  const maxAge = purpose === "sign-in" ? parseMaxAge(query.get("maxAge")) : null;
  return begin(site, request, startFlow({ returnTo, purpose, attempt: 1, maxAge }), reason);
}

async function begin(
  site: Site,
  request: Request,
  flow: SignInFlow,
  reason: string | null,
): Promise<Response> {
  // A browser that is sent to a hub that is not there shows a page of its own, and the person is lost.
  const hub = await site.health.presence();
  if (hub !== "there") return stay(site, request, flow, site.health.missing(hub));
  const { prepared, setCookies } = await site.engine.start(flow);
  const sent = parseCookies(request.headers.get("cookie"));
  const cookies = [...clearOldFlows(site.cookies, sent), ...setCookies];
  if (flow.purpose === "recognise") {
    // Remembered before the hub is asked: whoever turns back half-way is not sent again.
    const marker = departure(sent.get(site.cookies.asked), site.now());
    cookies.push(setCookie(site.cookies, site.cookies.asked, marker));
  }
  return redirect(site.protocol.authenticationUrl(site.settings, { flow, prepared, reason }), cookies);
}

/** Nobody asked for recognition, so nobody is bothered with its failure. */
function stay(site: Site, request: Request, flow: SignInFlow, error: GatehouseAuthError): Response {
  if (flow.purpose === "sign-in") throw error;
  site.log.write(error, { level: "warn", requestId: readRequestId(request.headers) ?? undefined });
  return carryOnUnknown(site, request, flow);
}

/** `GET /api/auth/callback/gatehouse`: back from the hub, with a ticket or (recognise) without. */
export async function callbackRoute(site: Site, request: Request): Promise<Response> {
  requireNavigation(request);
  const returned = site.protocol.parseReturn(site.settings, new URL(request.url).searchParams);
  if (!returned) throw new GatehouseAuthError("callback_malformed");
  const { flow, ticket, refusal } = returned;
  try {
    if (ticket) return await complete(site, request, { ...returned, ticket });
    if (refusal) throw refusal;
    if (flow.purpose === "sign-in") throw new GatehouseAuthError("no_ticket");
    return carryOnUnknown(site, request, flow);
  } catch (error) {
    return recover(site, request, flow, error);
  }
}

async function complete(site: Site, request: Request, returned: FlowReturn & { ticket: string }) {
  const { flow } = returned;
  const { cookies } = site;
  const sent = parseCookies(request.headers.get("cookie"));
  const stateCookie = sent.get(cookies.state(flow.id)) ?? null;
  const { person, groupsAtHub, setCookies } = await site.engine.finish(returned, stateCookie);
  // A hub that did not ask again would have us send her there without end.
  if (flow.maxAge !== null && !isRecent(person.authenticatedAt, flow.maxAge, site.now())) {
    throw new GatehouseAuthError("sign_in_too_old");
  }
  // Asked at once: a wrong secret shows here as a page, and not as pages that send people
  // to the hub and back without end. It also fills the cache for the page that follows.
  const requestId = readRequestId(request.headers) ?? undefined;
  const asking = { active: true, groups: groupsAtHub, requestId };
  const standing = await site.check.standing(person.sessionIndex, asking);
  if (standing.state === "unclear") throw standing.error;
  if (standing.state === "ended") throw new GatehouseAuthError("session_over");
  // Without this error the user would silently be in no group.
  if (groupsAtHub && standing.groups === null) throw new GatehouseAuthError("groups_too_many");
  return redirect(site.settings.siteUrl + flow.returnTo, [
    ...setCookies,
    ...clearSessionPieces(cookies, sent),
    setCookie(cookies, cookies.asked, signedInNow(site.now())),
    clearCookie(cookies, cookies.signedOut),
  ]);
}

/** What to do with a way back that failed; whatever happens, nobody is signed in by it. */
function recover(
  site: Site,
  request: Request,
  flow: SignInFlow,
  error: unknown,
): Response | Promise<Response> {
  if (flow.purpose === "recognise" && error instanceof GatehouseAuthError) {
    return stay(site, request, flow, error);
  }
  if (!(error instanceof GatehouseAuthError) || error.code !== "state_mismatch") throw error;
  if (flow.attempt === 2)
    throw new GatehouseAuthError("cookies_refused", originsApart(site, request.headers), { cause: error });
  // Usually a login form left open over lunch. The foreign ticket is not touched; this browser
  // starts a sign-in of its own, which an open central session answers at once.
  site.log.write(error, { level: "warn", requestId: readRequestId(request.headers) ?? undefined });
  return begin(site, request, startFlow({ ...flow, attempt: 2 }), null);
}

/** Back to the page, unknown. A browser that did not keep the note gets it in the address. */
function carryOnUnknown(site: Site, request: Request, flow: SignInFlow): Response {
  const { cookies, settings } = site;
  const marker = parseCookies(request.headers.get("cookie")).get(cookies.asked);
  const path = marker ? flow.returnTo : withAskedMarker(flow.returnTo, settings.siteUrl);
  return redirect(settings.siteUrl + path, [
    setCookie(cookies, cookies.asked, landing(marker, site.now())),
    clearCookie(cookies, cookies.state(flow.id)),
  ]);
}

/**
 * `GET /api/auth/unavailable?returnTo=`: where a signed-in person waits while the hub
 * cannot be asked. Loading it again goes on as soon as it can.
 */
export async function unavailableRoute(site: Site, request: Request): Promise<Response> {
  const standing = await readStanding(site, request.headers, { quiet: true });
  const returnTo = readReturnTo(request);
  if (standing.state !== "unclear") return redirect(site.settings.siteUrl + returnTo, []);
  const { error } = standing;
  const reference = newReference();
  site.log.write(error, { reference, requestId: readRequestId(request.headers) ?? undefined });
  const show = error.code === "hub_unreachable" ? unavailablePage : errorPage;
  return show({ error, reference, returnTo });
}

/**
 * Sign-in starts and ends by the browser going somewhere. A picture, frame or script of
 * another site that asks for these routes gets nothing. Programs do not say what a request
 * is for and pass; the state cookie still binds what they do to themselves.
 */
function requireNavigation(request: Request): void {
  if (isNavigation(request.headers) === false) throw new GatehouseAuthError("request_refused");
}

/**
 * 303, so that nothing posted is posted again (RFC 9700, 4.12), and no Referer, so that a
 * ticket in the address stays between us and the hub.
 */
export function redirect(location: string, setCookies: readonly string[]): Response {
  const headers = new Headers({ location, "cache-control": "no-store", "referrer-policy": "no-referrer" });
  for (const cookie of setCookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}
