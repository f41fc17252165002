import { GatehouseAuthError } from "./gatehouse-auth-error.ts";
import { redirect } from "./sign-in-routes.ts";
import type { Site } from "./site.ts";
import { clearSessionCookies, parseCookies, readSessionCookie } from "./site-cookies.ts";

/**
 * `POST /api/auth/sign-out`: ends the site's session here and goes on to the hub, which
 * ends the central one and tells the other sites.
 */
export async function signOutRoute(site: Site, request: Request): Promise<Response> {
  requireSameOrigin(site, request);
  const sent = parseCookies(request.headers.get("cookie"));
  const sealed = readSessionCookie(sent, site.cookies.session);
  const person = sealed ? await site.engine.unseal(sealed) : null;
  // A copy of the cookie stops working too, without waiting for the hub's word.
  if (person) site.memory.end(person.sessionIndex);
  return redirect(site.protocol.signOutUrl(site.settings), clearSessionCookies(site.cookies, sent));
}

/**
 * Browsers say with every POST where it comes from, and a page cannot change what they
 * say, so a form needs no hidden token. `Origin: null` (sandboxed frames, some redirects)
 * is nobody. A request that says nothing at all is not from a browser, and is refused.
 */
function requireSameOrigin(site: Site, request: Request): void {
  const origin = request.headers.get("origin");
  const fetchSite = request.headers.get("sec-fetch-site");
  const allowed = origin === null ? fetchSite === "same-origin" : origin === site.settings.siteUrl;
  if (!allowed || (fetchSite !== null && fetchSite !== "same-origin")) {
    throw new GatehouseAuthError("request_refused");
  }
}
