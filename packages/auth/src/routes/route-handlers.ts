import { isSoftNavigation, readRequestId } from "../http/request-headers.ts";
import { readReturnTo } from "../http/return-to.ts";
import { findGatehouseAuthError, GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import { newReference } from "../log/site-log.ts";
import type { LazySite, Site } from "../site/site.ts";
import { errorPage } from "./error-page.ts";
import { logoutRequestRoute } from "./logout-request-route.ts";
import { callbackRoute, recogniseRoute, signInRoute, unavailableRoute } from "./sign-in-routes.ts";
import { signedOutRoute, signOutRoute } from "./sign-out-route.ts";

type Route = (site: Site, request: Request) => Promise<Response>;
type Method = "GET" | "POST";

interface Entry {
  readonly method: Method;
  readonly answer: Route;
  /** Pages link or redirect here, so a soft navigation of the router may follow. */
  readonly place?: true;
}

/** All addresses under `/api/auth`, without those of next-auth. */
const routes: Record<string, Entry> = {
  "sign-in": { method: "GET", answer: signInRoute, place: true },
  recognise: { method: "GET", answer: recogniseRoute, place: true },
  "callback/gatehouse": { method: "GET", answer: callbackRoute },
  "signed-out": { method: "GET", answer: signedOutRoute, place: true },
  unavailable: { method: "GET", answer: unavailableRoute, place: true },
  session: { method: "GET", answer: sessionRoute },
  "sign-out": { method: "POST", answer: signOutRoute },
  "logout-request": { method: "POST", answer: logoutRequestRoute },
};

/** The exports of `app/api/auth/[...gatehouse]/route.ts`. */
export interface RouteHandlers {
  GET(request: Request): Promise<Response>;
  POST(request: Request): Promise<Response>;
}

export function routeHandlers(site: LazySite): RouteHandlers {
  const answerAs = (method: Method) => (request: Request) => answer(site, request, method);
  return { GET: answerAs("GET"), POST: answerAs("POST") };
}

async function answer(lazySite: LazySite, request: Request, method: Method): Promise<Response> {
  const name = new URL(request.url).pathname.replace(/^\/api\/auth\//, "");
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (!route) return new Response("Not found\n", { status: 404 });
  // Next.js answers HEAD by calling GET; a link checker must not consume a ticket.
  if (route.method !== method || request.method === "HEAD") {
    return new Response("Method not allowed\n", { status: 405, headers: { allow: route.method } });
  }
  if (route.place && isSoftNavigation(request)) return leaveToNavigation();
  try {
    return await route.answer(lazySite.open(), request);
  } catch (cause) {
    return failure(lazySite, request, name, cause);
  }
}

/** Logs an error and answers with a page that shows its reference; the hub gets JSON with the code. */
function failure(lazySite: LazySite, request: Request, name: string, cause: unknown): Response {
  const { log } = lazySite;
  const error = findGatehouseAuthError(cause) ?? new GatehouseAuthError("internal", "", { cause });
  const reference = newReference();
  // Anyone can cause a refusal, so it is only a warning.
  const level = error.code === "request_refused" ? "warn" : "error";
  log.write(error, { level, reference, requestId: readRequestId(request.headers) });
  if (name !== "logout-request")
    return errorPage({ error, reference, returnTo: placeOf(lazySite, request, name) });
  // 503 makes the hub deliver the request again.
  const status = error.code === "logout_request_malformed" ? 400 : 503;
  return Response.json(
    { error: error.code, reference },
    { status, headers: { "cache-control": "no-store" } },
  );
}

/** The path to return to. A callback has it in its state, unless it was changed. */
function placeOf(lazySite: LazySite, request: Request, name: string): string {
  if (name !== "callback/gatehouse") return readReturnTo(request);
  try {
    const { protocol, settings } = lazySite.open();
    return protocol.parseReturn(settings, new URL(request.url).searchParams)?.flow.returnTo ?? "/";
  } catch {
    return "/";
  }
}

/** `GET /api/auth/session` for scripts of the site: the session, or null. Does not count as activity. */
async function sessionRoute(site: Pick<Site, "readStanding">, request: Request): Promise<Response> {
  const standing = await site.readStanding(request.headers, { active: false });
  return Response.json(standing.state === "signed-in" ? standing.session : null, {
    headers: {
      "cache-control": "private, no-store",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
    },
  });
}

/**
 * An answer that the router of Next.js cannot render, so that it makes the browser navigate to the address. Status 200,
 * because others would appear as errors in the browser's console.
 */
function leaveToNavigation(): Response {
  return new Response("Go to this address: <a>, or location.assign(). It cannot be fetched.\n", {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
