/** Puts the issuer on the hub's server, beside Hono: everything under `/oidc` but what the hub's routes serve. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FoundSession } from "@gatehouse/database";
import { databaseOutage } from "../http/database-outage.ts";
import { answerHeaders } from "../http/response-headers.ts";
import type { Drawn } from "../http/route.ts";
import type { Hub } from "../hub.ts";
import { type Browser, withBrowser } from "./central-session-view.ts";
import { logOutageOf, outagePage } from "./outage.ts";
import { postedRequests } from "./posted-request.ts";
import { RequestArtifacts } from "./request-artifacts.ts";

const prefix = "/oidc";

/** Whether the issuer answers this. Interactions are routes of the hub, and so is what comes by POST to a page. */
export function isIssuers(method: string | undefined, path: string): boolean {
  const isRoute =
    path.startsWith(`${prefix}/interaction/`) ||
    postedRequests.some((posted) => posted.path === path && posted.method === method);
  const endpoint = endpointOf(path);
  // Its pages for people are ours; what is left of its own is where a device begins.
  const isDevicePage =
    endpoint.startsWith(`${prefix}/device`) && !(endpoint === `${prefix}/device/auth` && method === "POST");
  return path.startsWith(`${prefix}/`) && !isRoute && !isDevicePage;
}

/** What a path asks for, however it is spelt: oidc-provider goes by no case, and not by a slash at the end. */
function endpointOf(path: string): string {
  return (path.split("?", 1)[0] ?? "").toLowerCase().replace(/\/$/, "");
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
  const path = request.url ?? "/";
  const endpoint = endpointOf(path);
  const signingOut = endpoint.startsWith(`${prefix}/session/`);
  const needsSession = endpoint.startsWith(`${prefix}/auth`) || signingOut;
  const isTokenEndpoint = endpoint === `${prefix}/token`;
  const artifacts = new RequestArtifacts(hub.database.oidcArtifacts, isTokenEndpoint);
  const { secure } = hub.settings;
  for (const [name, value] of secure ? headers.overHttps : headers.overHttp) response.setHeader(name, value);
  // Its last group is random throughout, and cheaper than bytes that are asked for one request at a time.
  response.setHeader("x-request-id", randomUUID().slice(-12));
  const found =
    isToken && needsSession
      ? await findSession(hub, token, path, artifacts).catch(ofOutage)
      : ({ state: "unknown" } as const);
  if (typeof found === "string") {
    logOutageOf(response, hub.log, found);
    return outagePage(response);
  }
  if (isToken && found.state !== "alive")
    request.headers.cookie = hub.cookies.without(request.headers.cookie, "session");
  // Whatever a browser says it takes: what goes wrong on the way of a person is said to a person.
  if (needsSession) request.headers.accept = "text/html";
  request.headers["x-forwarded-proto"] = secure ? "https" : "http";
  const original = Object.assign(request, { originalUrl: request.url, baseUrl: prefix });
  original.url = path.slice(prefix.length) || "/";
  const browser: Browser = { token, found, signingOut, artifacts };
  await withBrowser(browser, () => hub.issuer.handle(request, response));
  return browser.page;
}

/** @returns why the database is away. @throws any other error */
function ofOutage(error: unknown): string {
  const outage = databaseOutage(error);
  if (outage === undefined) throw error;
  return outage;
}

/** With it comes the grant that the site has in it, which is asked for next. */
async function findSession(
  hub: Hub,
  token: string,
  path: string,
  artifacts: RequestArtifacts,
): Promise<FoundSession> {
  const grantOf = new URLSearchParams(path.split("?", 2)[1]).get("client_id") ?? undefined;
  const found = await hub.database.sessions.find(token, { touch: true, grantOf });
  if (found.state !== "alive" || grantOf === undefined) return found;
  const grantId = found.session.oidcClients[grantOf]?.grantId;
  if (grantId !== undefined && found.grant !== undefined) artifacts.knowGrant(grantId, found.grant);
  return found;
}

/**
 * Its JSON may be read by every origin that its own rules let; a form that it has the browser send on holds a small
 * script, whose hash it adds to `script-src`.
 */
function headersOf(secure: boolean): readonly (readonly [string, string])[] {
  const {
    "cross-origin-resource-policy": _,
    "cache-control": __,
    pragma: ___,
    expires: ____,
    ...rest
  } = answerHeaders(secure);
  return Object.entries({
    ...rest,
    "content-security-policy":
      "default-src 'none'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
  });
}

const headers = { overHttps: headersOf(true), overHttp: headersOf(false) };
