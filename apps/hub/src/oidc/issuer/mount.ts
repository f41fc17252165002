/** Serves the issuer beside the hub's routes: all paths under `/oidc` that no route of the hub serves. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { CentralSessionStore, FoundSession, OidcArtifactStore } from "@gatehouse/database";
import { chooseRequestId, loggedPath, logResponse } from "../../http/access-log.ts";
import type { Cookies } from "../../http/cookies.ts";
import { databaseOutage } from "../../http/database-outage.ts";
import { HubError } from "../../http/hub-error.ts";
import { isPrefetch, prefetchRefused } from "../../http/prefetch.ts";
import { answerHeaders } from "../../http/response-headers.ts";
import type { MountedIssuer, ScreenAnswer } from "../../http/route.ts";
import type { Log } from "../../log.ts";
import { RequestArtifacts } from "../store/request-artifacts.ts";
import { type RequestContext, withContext } from "../store/request-context.ts";
import type { Issuer } from "./open-issuer.ts";
import { logOutageOf, outagePage, requestIdOf } from "./outage.ts";
import { pathOfPage, postedQuery } from "./posted-request.ts";

const prefix = "/oidc";
const ofTheIssuer = "/oidc/.well-known/openid-configuration";

/**
 * Other addresses of the same document: some clients append the issuer's path to the well-known part.
 *
 * @see RFC 8414, sections 3 and 5
 */
const metadataAddresses: Readonly<Record<string, string>> = {
  "/.well-known/oauth-authorization-server/oidc": ofTheIssuer,
  "/.well-known/openid-configuration/oidc": ofTheIssuer,
};

export interface MountIssuerNeeds {
  readonly cookies: Pick<Cookies, "read" | "without">;
  readonly issuer: Pick<Issuer, "handle">;
  readonly log: Log;
  readonly oidcArtifacts: OidcArtifactStore;
  /** Whether the hub is served over https. */
  readonly secure: boolean;
  readonly sessions: Pick<CentralSessionStore, "find">;
}

export const mountIssuer = (needs: MountIssuerNeeds): MountedIssuer => ({
  answers: isIssuers,
  pathOfPage,
  serve: (request, response) => serveIssuer(needs, request, response),
});

/** Whether the issuer answers: interactions are routes of the hub, and so are pages that a form is posted to. */
function isIssuers(method: string | undefined, path: string): boolean {
  if (metadataAddresses[path] !== undefined) return true;
  const isRoute = path.startsWith(`${prefix}/interaction/`) || pathOfPage(method, path) !== undefined;
  const endpoint = endpointOf(path);
  // The hub serves the device pages; oidc-provider serves only POST /device/auth.
  const isDevicePage =
    endpoint.startsWith(`${prefix}/device`) && !(endpoint === `${prefix}/device/auth` && method === "POST");
  return path.startsWith(`${prefix}/`) && !isRoute && !isDevicePage;
}

/** Canonical path of a request: oidc-provider ignores case and a trailing slash. */
function endpointOf(path: string): string {
  return splitTarget(path)[0].toLowerCase().replace(/\/$/, "");
}

/**
 * Answers a request. Looks up the browser's central session once, and hides a cookie without a living session from
 * oidc-provider, which would make its own session instead.
 *
 * @returns a page to draw, if oidc-provider has not written the answer itself
 */
async function serveIssuer(
  needs: MountIssuerNeeds,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ScreenAnswer | undefined> {
  const token = needs.cookies.read(request.headers.cookie, "session");
  const isToken = token?.startsWith("TGT-") === true;
  const target = request.url ?? "/";
  const endpoint = endpointOf(target);
  const signingOut = endpoint.startsWith(`${prefix}/session/`);
  const needsSession = endpoint.startsWith(`${prefix}/auth`) || signingOut;
  const isTokenEndpoint = endpoint === `${prefix}/token`;
  const artifacts = new RequestArtifacts(needs.oidcArtifacts, isTokenEndpoint);
  const { secure } = needs;
  for (const [name, value] of secure ? headers.overHttps : headers.overHttp) response.setHeader(name, value);
  const requestId = chooseRequestId(request.headers["x-request-id"]);
  response.setHeader("x-request-id", requestId);
  const where = { requestId, method: request.method, path: loggedPath(target.split("?", 1)[0] ?? "") };
  logResponse(needs.log.child(where), response);
  if (needsSession && request.method === "HEAD") return refusedPage(response, onlyLooked());
  if (needsSession && isPrefetch((name) => request.headers[name]?.toString()))
    return refusedPage(response, prefetchRefused());
  const sessionToken = isToken && needsSession ? token : undefined;
  const asked = await readTarget(needs, target, sessionToken, artifacts).catch(ofOutage);
  if (typeof asked === "string") {
    logOutageOf(response, needs.log, asked);
    return outagePage(response);
  }
  if (asked === undefined) return refusedPage(response, postedTooLongAgo());
  const { path } = asked;
  const found = signingOut ? toSignOut(asked.found) : asked.found;
  if (isToken && found.state !== "alive")
    request.headers.cookie = needs.cookies.without(request.headers.cookie, "session");
  // Ignores the Accept header: errors on these paths are pages for a user.
  if (needsSession) request.headers.accept = "text/html";
  else if (request.method === "POST") takeForm(request);
  request.headers["x-forwarded-proto"] = secure ? "https" : "http";
  const original = Object.assign(request, { originalUrl: path, baseUrl: prefix });
  original.url = path.slice(prefix.length) || "/";
  const context: RequestContext = { token, found, signingOut, artifacts };
  await withContext(context, () => needs.issuer.handle(request, response));
  return context.page;
}

/** A session that may only answer whether to keep the account can be ended as well. */
function toSignOut(found: FoundSession): FoundSession {
  return found.state === "deletion-due" ? { ...found, state: "alive" } : found;
}

/** @returns the reason of a database outage. @throws any other error */
function ofOutage(error: unknown): string {
  const outage = databaseOutage(error);
  if (outage === undefined) throw error;
  return outage;
}

/**
 * @returns path and query for oidc-provider, with the browser's session; `undefined`: the posted request has expired
 */
async function readTarget(
  needs: MountIssuerNeeds,
  target: string,
  token: string | undefined,
  artifacts: RequestArtifacts,
): Promise<{ readonly path: string; readonly found: FoundSession } | undefined> {
  const [address = "/", asked] = splitTarget(target);
  const query = await postedQuery(needs.oidcArtifacts, asked);
  if (query === undefined) return undefined;
  const path = `${metadataAddresses[address] ?? address}${query === "" ? "" : `?${query}`}`;
  const found =
    token === undefined ? ({ state: "unknown" } as const) : await findSession(needs, token, path, artifacts);
  return { path, found };
}

function splitTarget(target: string): readonly [address: string, query: string] {
  const end = target.indexOf("?");
  return end === -1 ? [target, ""] : [target.slice(0, end), target.slice(end + 1)];
}

/**
 * Normalizes form requests for oidc-provider: a form without a content type, or with a `charset`, is read as
 * percent-encoded UTF-8. Sets `Accept` to JSON, because the answer is for a program.
 *
 * @see URL Standard, application/x-www-form-urlencoded
 */
function takeForm({ headers }: IncomingMessage): void {
  const type = (headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type === "" || type === form) headers["content-type"] = form;
  headers.accept = "application/json";
}

const form = "application/x-www-form-urlencoded";

function refusedPage(response: ServerResponse, refusal: HubError): ScreenAnswer {
  const { title, sentences, code, status, headers } = refusal;
  const model = { title, sentences, code, reference: requestIdOf(response) };
  return { screen: { name: "refused", model }, status, headers };
}

function onlyLooked(): HubError {
  const sentences = ["This address redirects browsers to sites and answers only GET and POST."];
  return new HubError(405, "method_not_allowed", "Method not allowed", sentences, { allow: "GET, POST" });
}

function postedTooLongAgo(): HubError {
  return new HubError(400, "flow_expired", "This took too long", [
    "The request of the site expired after ten minutes. Nothing was changed.",
    "Go back to the site and start again.",
  ]);
}

/** Finds the session together with its grant for the requesting site, which oidc-provider reads next. */
async function findSession(
  needs: MountIssuerNeeds,
  token: string,
  path: string,
  artifacts: RequestArtifacts,
): Promise<FoundSession> {
  const grantOf = new URLSearchParams(splitTarget(path)[1]).get("client_id") ?? undefined;
  const found = await needs.sessions.find(token, { touch: true, grantOf });
  if (found.state !== "alive" || grantOf === undefined) return found;
  const grantId = found.session.oidcClients[grantOf]?.grantId;
  if (grantId !== undefined && found.grant !== undefined) artifacts.knowGrant(grantId, found.grant);
  return found;
}

/** `limitOrigins` decides which origins may read answers, and `allowMetadataCaching` what may be cached. */
function headersOf(secure: boolean): readonly (readonly [string, string])[] {
  const { "cross-origin-resource-policy": _, pragma: __, expires: ___, ...rest } = answerHeaders(secure);
  return Object.entries({
    ...rest,
    "content-security-policy":
      "default-src 'none'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
  });
}

const headers = { overHttps: headersOf(true), overHttp: headersOf(false) };
