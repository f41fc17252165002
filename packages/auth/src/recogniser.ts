import { randomUUID } from "node:crypto";
import { isUnderWay } from "./recognition-under-way.ts";
import { askedMarker, parseReturnTo, pathOfRequest } from "./return-to.ts";
import { redirect } from "./sign-in-routes.ts";
import type { Site } from "./site.ts";
import { parseCookies } from "./site-cookies.ts";
import { pathHeader, readRequestId, readStanding } from "./site-session.ts";

/**
 * Sends a newcomer past the hub, once a visit, or says to go on.
 *
 * Never a boundary: everything it lets pass is checked by the page itself.
 * @returns a redirect, or null to go on
 */
export async function recogniseVisitor(site: Site, request: Request): Promise<Response | null> {
  const url = new URL(request.url);
  if (!isArrival(request) || url.searchParams.get(askedMarker.name) === askedMarker.value) return null;
  const asked = parseCookies(request.headers.get("cookie")).get(site.cookies.asked);
  if (asked !== undefined && !isUnderWay(asked, site.now())) return null;
  const returnTo = parseReturnTo(pathOfRequest(url), site.settings.siteUrl);
  if (!returnTo) return null;
  // A session that is over does not count: the person may be signed in anew at another site.
  const standing = await readStanding(site, request.headers, { quiet: true });
  if (standing.state === "signed-in" || standing.state === "unclear") return null;
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
 * A person who goes somewhere: no form, frame, script or prefetch. Crawlers and old
 * browsers do not send these headers and are left alone.
 */
function isArrival({ method, headers }: Request): boolean {
  return (
    method === "GET" &&
    headers.get("sec-fetch-mode") === "navigate" &&
    headers.get("sec-fetch-dest") === "document" &&
    !/prefetch/i.test(headers.get("sec-purpose") ?? headers.get("purpose") ?? "")
  );
}
