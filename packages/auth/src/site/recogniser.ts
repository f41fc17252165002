import { randomUUID } from "node:crypto";
import { redirect } from "../http/redirect.ts";
import { isAhead, isNavigation, pathHeader, readRequestId } from "../http/request-headers.ts";
import { askedMarker, parseReturnTo, pathOfRequest } from "../http/return-to.ts";
import { parseCookies, readSignOutNote, setCookie, setSignOutNote } from "../http/site-cookies.ts";
import { afterLanding, mayAsk, wasJustSignedIn } from "./recognition-marker.ts";
import type { Site } from "./site.ts";

/**
 * Redirects a browser without a session through the hub, or lets the request continue. This is no access control: each
 * page checks its user itself.
 *
 * @returns a redirect, or null to continue
 */
export async function recogniseVisitor(
  site: Pick<Site, "settings" | "cookies" | "readStanding" | "health" | "log" | "now">,
  request: Request,
): Promise<Response | null> {
  const url = new URL(request.url);
  if (!isArrival(request) || url.searchParams.get(askedMarker.name) === askedMarker.value) return null;
  const marker = parseCookies(request.headers.get("cookie")).get(site.cookies.asked);
  const fromOutside = request.headers.get("sec-fetch-site") !== "same-origin";
  const signedIn = wasJustSignedIn(marker, site.now());
  if (!signedIn && !mayAsk(marker, fromOutside, site.now())) return null;
  const returnTo = parseReturnTo(pathOfRequest(url), site.settings.siteUrl);
  if (!returnTo) return null;
  // An ended session does not count: a user may have signed in at another site since.
  const standing = await site.readStanding(request.headers, { quiet: true });
  if (standing.state === "signed-in" || standing.state === "unclear") return null;
  // The user signed in seconds ago and the session cookie was not kept: asking again would loop.
  if (signedIn && standing.state === "anonymous") return null;
  // If the hub is down, the page is shown; the next visit asks again.
  const hub = await site.health.presence();
  if (hub !== "there") {
    site.log.writeSeldom(site.health.missing(hub), { level: "warn" });
    return null;
  }
  const target = new URL(`${site.settings.siteUrl}/api/auth/recognise`);
  target.searchParams.set("returnTo", returnTo);
  return redirect(target.href, []);
}

/**
 * The request headers for the page: its path, so that `requireSignIn` can return to it, and a request id that its log and
 * the hub's share. Values that the browser sent are dropped, a policy included: Next.js would write its nonce into the
 * page.
 */
export function headersForPage(request: Request): Headers {
  const headers = new Headers(request.headers);
  headers.delete("content-security-policy");
  headers.delete("content-security-policy-report-only");
  headers.set(pathHeader, pathOfRequest(new URL(request.url)));
  headers.set("x-request-id", readRequestId(request.headers) ?? randomUUID());
  return headers;
}

/**
 * Set-Cookie values for the page being shown. It uses up the notes that the hub was asked and that the user signed out,
 * because the browser's next user may be somebody else.
 */
export function cookiesForPage({ cookies }: Pick<Site, "cookies">, request: Request): string[] {
  if (!isArrival(request)) return [];
  const sent = parseCookies(request.headers.get("cookie"));
  const marker = afterLanding(sent.get(cookies.asked));
  return [
    ...(marker === null ? [] : [setCookie(cookies, cookies.asked, marker)]),
    ...(readSignOutNote(cookies, request.headers) === "new" ? [setSignOutNote(cookies, "shown")] : []),
  ];
}

/**
 * Whether the browser must not keep the answer: it navigates, and a session came along. Pages are `no-store` by
 * themselves; files from route handlers are not, and *Back* shows those without a request.
 */
export function isPrivate({ cookies }: Pick<Site, "cookies">, request: Request): boolean {
  return isArrival(request) && parseCookies(request.headers.get("cookie")).has(cookies.session);
}

/**
 * Whether a browser navigates: no form, frame, script or prefetch. Crawlers and old browsers do not send these headers
 * and are left alone.
 */
function isArrival({ method, headers }: Request): boolean {
  return method === "GET" && isNavigation(headers) === true && !isAhead(headers);
}
