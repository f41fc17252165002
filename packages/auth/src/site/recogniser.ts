import { randomUUID } from "node:crypto";
import { afterLanding, mayAsk, wasJustSignedIn } from "./recognition-marker.ts";
import { askedMarker, parseReturnTo, pathOfRequest } from "../http/return-to.ts";
import { isAhead, isNavigation } from "../http/sent-by-browser.ts";
import { redirect } from "../routes/sign-in-routes.ts";
import type { Site } from "./site.ts";
import { parseCookies, readSignOutNote, setCookie, setSignOutNote } from "../http/site-cookies.ts";
import { pathHeader, readRequestId, readStanding } from "../session/site-session.ts";

/**
 * Redirects a browser without a session through the hub, or lets the request continue.
 *
 * Never a boundary: everything it lets pass is checked by the page itself.
 * @returns a redirect, or null to go on
 */
export async function recogniseVisitor(site: Site, request: Request): Promise<Response | null> {
  const url = new URL(request.url);
  if (!isArrival(request) || url.searchParams.get(askedMarker.name) === askedMarker.value) return null;
  const marker = parseCookies(request.headers.get("cookie")).get(site.cookies.asked);
  const fromOutside = request.headers.get("sec-fetch-site") !== "same-origin";
  const signedIn = wasJustSignedIn(marker, site.now());
  if (!signedIn && !mayAsk(marker, fromOutside, site.now())) return null;
  const returnTo = parseReturnTo(pathOfRequest(url), site.settings.siteUrl);
  if (!returnTo) return null;
  // An ended session does not count: a user may have signed in at another site since.
  const standing = await readStanding(site, request.headers, { quiet: true });
  if (standing.state === "signed-in" || standing.state === "unclear") return null;
  // The user signed in seconds ago and the session cookie was not kept: asking again would loop.
  if (signedIn && standing.state === "anonymous") return null;
  // Not to a hub that is down: the page is here, and the next visit asks again.
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
 * The headers a page gets: where it is, so that `requireSignIn` can come back here, and
 * an id that its log and the hub's share. What the browser said of either is dropped, and
 * a policy with it: Next.js would write its nonce into the page.
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
