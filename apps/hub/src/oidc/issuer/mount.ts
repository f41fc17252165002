/** Puts the issuer on the hub's server, beside Hono: everything under `/oidc` but what the hub's routes serve. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FoundSession } from "@gatehouse/database";
import { chooseRequestId, logAnswered, loggedPath } from "../../http/access-log.ts";
import { databaseOutage } from "../../http/database-outage.ts";
import { HubError } from "../../http/hub-error.ts";
import { isLoadedAhead, loadedAhead } from "../../http/loaded-ahead.ts";
import { answerHeaders } from "../../http/response-headers.ts";
import type { Drawn } from "../../http/route.ts";
import type { Hub } from "../../hub.ts";
import { RequestArtifacts } from "../store/request-artifacts.ts";
import { type RequestContext, withContext } from "../store/request-context.ts";
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

/** Whether the issuer answers this. Interactions are routes of the hub, and so is what comes by POST to a page. */
export function isIssuers(method: string | undefined, path: string): boolean {
  if (metadataAddresses[path] !== undefined) return true;
  const isRoute = path.startsWith(`${prefix}/interaction/`) || pathOfPage(method, path) !== undefined;
  const endpoint = endpointOf(path);
  // Its pages for people are ours; what is left of its own is where a device begins.
  const isDevicePage =
    endpoint.startsWith(`${prefix}/device`) && !(endpoint === `${prefix}/device/auth` && method === "POST");
  return path.startsWith(`${prefix}/`) && !isRoute && !isDevicePage;
}

/** Canonical path of a request: oidc-provider ignores case and a trailing slash. */
function endpointOf(path: string): string {
  return splitTarget(path)[0].toLowerCase().replace(/\/$/, "");
}

/**
 * Answers a request. The browser's central session is looked up here, once; a cookie that names none that lives is
 * kept from the issuer, which would make a session of its own in its place.
 *
 * @returns a page to draw, where there is one to
 */
export async function serveIssuer(
  hub: Hub,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Drawn | undefined> {
  const token = hub.cookies.read(request.headers.cookie, "session");
  const isToken = token?.startsWith("TGT-") === true;
  const target = request.url ?? "/";
  const endpoint = endpointOf(target);
  const signingOut = endpoint.startsWith(`${prefix}/session/`);
  const needsSession = endpoint.startsWith(`${prefix}/auth`) || signingOut;
  const isTokenEndpoint = endpoint === `${prefix}/token`;
  const artifacts = new RequestArtifacts(hub.database.oidcArtifacts, isTokenEndpoint);
  const { secure } = hub.settings;
  for (const [name, value] of secure ? headers.overHttps : headers.overHttp) response.setHeader(name, value);
  const requestId = chooseRequestId(request.headers["x-request-id"]);
  response.setHeader("x-request-id", requestId);
  const where = { requestId, method: request.method, path: loggedPath(target.split("?", 1)[0] ?? "") };
  logAnswered(hub.log.child(where), response);
  if (needsSession && request.method === "HEAD") return refusedPage(response, onlyLooked());
  if (needsSession && isLoadedAhead((name) => request.headersDistinct[name]?.join()))
    return refusedPage(response, loadedAhead());
  const sessionToken = isToken && needsSession ? token : undefined;
  const asked = await readTarget(hub, target, sessionToken, artifacts).catch(ofOutage);
  if (typeof asked === "string") {
    logOutageOf(response, hub.log, asked);
    return outagePage(response);
  }
  if (asked === undefined) return refusedPage(response, postedTooLongAgo());
  const { path, found } = asked;
  if (isToken && found.state !== "alive")
    request.headers.cookie = hub.cookies.without(request.headers.cookie, "session");
  // Whatever a browser says it takes: what goes wrong on the way of a person is said to a person.
  if (needsSession) request.headers.accept = "text/html";
  else if (request.method === "POST") takeForm(request);
  request.headers["x-forwarded-proto"] = secure ? "https" : "http";
  const original = Object.assign(request, { originalUrl: path, baseUrl: prefix });
  original.url = path.slice(prefix.length) || "/";
  const context: RequestContext = { token, found, signingOut, artifacts };
  await withContext(context, () => hub.issuer.handle(request, response));
  return context.page;
}

/** @returns why the database is away. @throws any other error */
function ofOutage(error: unknown): string {
  const outage = databaseOutage(error);
  if (outage === undefined) throw error;
  return outage;
}

/** @returns path and query for oidc-provider, with the browser's session; `undefined`: the posted request has expired */
async function readTarget(
  hub: Hub,
  target: string,
  token: string | undefined,
  artifacts: RequestArtifacts,
): Promise<{ readonly path: string; readonly found: FoundSession } | undefined> {
  const [address = "/", asked] = splitTarget(target);
  const query = await postedQuery(hub.database, asked);
  if (query === undefined) return undefined;
  const path = `${metadataAddresses[address] ?? address}${query === "" ? "" : `?${query}`}`;
  const found =
    token === undefined ? ({ state: "unknown" } as const) : await findSession(hub, token, path, artifacts);
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

function refusedPage(response: ServerResponse, refusal: HubError): Drawn {
  const { title, sentences, code, status, headers } = refusal;
  const model = { title, sentences, code, reference: requestIdOf(response) };
  return { screen: { name: "refused", model }, status, headers };
}

function onlyLooked(): HubError {
  const sentences = ["This address sends a browser on to a site, so it cannot be looked at by HEAD."];
  return new HubError(405, "method_not_allowed", "Not like this", sentences, { allow: "GET, POST" });
}

function postedTooLongAgo(): HubError {
  return new HubError(400, "flow_expired", "This took too long", [
    "What the site sent you here with is kept for ten minutes. Nothing was changed.",
    "Go back to the site and begin once more.",
  ]);
}

/** With it comes the grant that the site has in it, which is asked for next. */
async function findSession(
  hub: Hub,
  token: string,
  path: string,
  artifacts: RequestArtifacts,
): Promise<FoundSession> {
  const grantOf = new URLSearchParams(splitTarget(path)[1]).get("client_id") ?? undefined;
  const found = await hub.database.sessions.find(token, { touch: true, grantOf });
  if (found.state !== "alive" || grantOf === undefined) return found;
  const grantId = found.session.oidcClients[grantOf]?.grantId;
  if (grantId !== undefined && found.grant !== undefined) artifacts.knowGrant(grantId, found.grant);
  return found;
}

/**
 * `limitOrigins` decides which origins may read its JSON, and `letDocumentsBeKept` what may be cached; a self-submitting
 * form has a small script, whose hash it adds to `script-src`.
 */
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
