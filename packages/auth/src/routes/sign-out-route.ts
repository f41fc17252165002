import { redirect } from "../http/redirect.ts";
import { isFromOwnPage, readRequestId } from "../http/request-headers.ts";
import { readReturnTo } from "../http/return-to.ts";
import {
  clearSessionCookies,
  parseCookies,
  readSignOutNote,
  setCookie,
  setSignOutNote,
} from "../http/site-cookies.ts";
import { noteOtherOrigin, originsApart } from "../http/site-origin.ts";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import { newReference } from "../log/site-log.ts";
import { landing, neverAsk } from "../site/recognition-marker.ts";
import { signInUrl } from "../site/sign-in-url.ts";
import type { Site } from "../site/site.ts";
import { signedOutHerePage, signedOutPage } from "./error-page.ts";

/**
 * `POST /api/auth/sign-out`: ends the site session and redirects to the hub, which ends the central session and notifies
 * the other sites.
 */
export async function signOutRoute(
  site: Pick<Site, "settings" | "cookies" | "protocol" | "engine" | "memory" | "health" | "log" | "now">,
  request: Request,
): Promise<Response> {
  if (!isFromOwnPage(request.headers, site.settings.siteUrl)) {
    noteOtherOrigin(site, request.headers);
    throw new GatehouseAuthError("request_refused", originsApart(site, request.headers));
  }
  const sent = parseCookies(request.headers.get("cookie"));
  const sealed = sent.get(site.cookies.session);
  const session = sealed ? await site.engine.unseal(sealed) : null;
  // A copy of the cookie stops working too, without waiting for the hub.
  if (session) site.memory.end(session.sessionIndex, site.now());
  const setCookies = [...clearSessionCookies(site.cookies, sent), setSignOutNote(site.cookies, "new")];
  const hub = await site.health.presence();
  const remember = (marker: string) => setCookie(site.cookies, site.cookies.asked, marker);
  if (hub === "there") {
    // The hub ends the session and redirects back: that page need not ask for recognition.
    const cookies = [...setCookies, remember(landing(undefined, site.now()))];
    return redirect(site.protocol.signOutUrl(site.settings, session?.sessionIndex ?? null), cookies);
  }
  // The central session lives on; recognition would undo the sign-out as soon as the hub is back.
  return answerSignedOutHere(site, request, site.health.missing(hub), [...setCookies, remember(neverAsk)]);
}

/**
 * `GET /api/auth/signed-out?returnTo=`: says that the user signed out here, to a browser that opens a page of a user
 * within a minute, usually by *Back*. Names nobody, because the browser may have its next user.
 */
export async function signedOutRoute(
  site: Pick<Site, "settings" | "cookies" | "readStanding">,
  request: Request,
): Promise<Response> {
  const returnTo = readReturnTo(request);
  if (readSignOutNote(site.cookies, request.headers) === null) return redirect(signInUrl(returnTo), []);
  const standing = await site.readStanding(request.headers, { quiet: true });
  if (standing.state !== "anonymous") return redirect(site.settings.siteUrl + returnTo, []);
  return signedOutPage(returnTo);
}

/** A page, because the hub is not there to redirect to: the user must know that the sign-out is half done. */
function answerSignedOutHere(
  site: Pick<Site, "settings" | "log">,
  request: Request,
  error: GatehouseAuthError,
  setCookies: readonly string[],
) {
  const reference = newReference();
  site.log.write(error, { reference, requestId: readRequestId(request.headers) });
  const reply = signedOutHerePage({ error, reference }, site.settings.hubUrl);
  for (const cookie of setCookies) reply.headers.append("set-cookie", cookie);
  return reply;
}
