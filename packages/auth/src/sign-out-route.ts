import { signedOutHerePage } from "./error-page.ts";
import { GatehouseAuthError } from "./gatehouse-auth-error.ts";
import { isFromOwnPage } from "./own-page.ts";
import { askedMarker } from "./return-to.ts";
import { redirect } from "./sign-in-routes.ts";
import type { Site } from "./site.ts";
import { clearSessionCookies, parseCookies, readSessionCookie, setCookie, setNote } from "./site-cookies.ts";
import { newReference } from "./site-log.ts";
import { readRequestId } from "./site-session.ts";

/**
 * `POST /api/auth/sign-out`: ends the site's session here and goes on to the hub, which
 * ends the central one and tells the other sites.
 */
export async function signOutRoute(site: Site, request: Request): Promise<Response> {
  if (!isFromOwnPage(request.headers, site.settings.siteUrl)) throw new GatehouseAuthError("request_refused");
  const sent = parseCookies(request.headers.get("cookie"));
  const sealed = readSessionCookie(sent, site.cookies.session);
  const person = sealed ? await site.engine.unseal(sealed) : null;
  // A copy of the cookie stops working too, without waiting for the hub's word.
  if (person) site.memory.end(person.sessionIndex);
  const setCookies = [
    ...clearSessionCookies(site.cookies, sent),
    setNote(site.cookies, site.cookies.signedOut),
  ];
  const hub = await site.health.presence();
  if (hub === "there")
    return redirect(site.protocol.signOutUrl(site.settings, person?.sessionIndex ?? null), setCookies);
  // At the hub she is signed in still; recognition would undo what she asked for as soon as it is back.
  const notAgain = setCookie(site.cookies, site.cookies.asked, askedMarker.value);
  return staySignedOut(site, request, site.health.missing(hub), [...setCookies, notAgain]);
}

/** She is told that it is half done, instead of landing on a dead address and believing the other half. */
function staySignedOut(
  site: Site,
  request: Request,
  error: GatehouseAuthError,
  setCookies: readonly string[],
) {
  const reference = newReference();
  site.log.write(error, { reference, requestId: readRequestId(request.headers) ?? undefined });
  const reply = signedOutHerePage({ error, reference, returnTo: "/" }, site.settings.hubUrl);
  for (const cookie of setCookies) reply.headers.append("set-cookie", cookie);
  return reply;
}
