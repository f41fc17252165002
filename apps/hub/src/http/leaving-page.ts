/**
 * The page that leads from a form of the hub to a site. Browsers apply the `form-action` directive of the page with the
 * form to every redirect that follows, including redirects of other sites. So a page replaces the redirect, and the
 * browser leaves it by GET: a new navigation, to which no directive of the hub applies (docs/decisions/0023).
 */
import type { IncomingHttpHeaders } from "node:http";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import type { ScreenAnswer } from "./route.ts";

/** Addresses of the hub that redirect to a site or to another provider, and so belong to the same navigation. */
const resumes = /^(\/oidc\/(auth|interaction)(\/|$)|\/account\/security\/connect$)/;
/** Redirects to a site if a session exists by then, such as one from another tab; otherwise shows the form. */
const resumesInSession = /^\/cas\/login$/;

/** Facts that decide whether a page replaces a redirect. */
interface FormAnswer {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly location: string;
  /** The destination, if known. */
  readonly site?: RegisteredSite | undefined;
}

/**
 * The page to send instead of a redirect; `undefined`: send the redirect. Does not decide whether an address is allowed:
 * it only receives addresses of redirects that were about to be sent.
 *
 * @param hubUrl the hub's public origin
 * @param hasSession the request came with the cookie of a session
 */
export function leavingPage(
  { method, headers, location, site }: FormAnswer,
  { hubUrl, hasSession }: { readonly hubUrl: string; readonly hasSession: boolean },
): Pick<ScreenAnswer, "screen" | "headers"> | undefined {
  if (method !== "POST" || !isNavigation(headers) || !isOwnForm(headers)) return undefined;
  const { origin, pathname } = new URL(location, hubUrl);
  const staysHere =
    origin === hubUrl && !resumes.test(pathname) && !(hasSession && resumesInSession.test(pathname));
  if (staysHere) return undefined;
  const opensProgram = site?.oidc?.applicationType === "native";
  const named = site === undefined ? null : { name: site.name, host: site.host };
  return {
    screen: { name: "leaving", model: { address: location, site: named, opensProgram } },
    headers: { "referrer-policy": "no-referrer" },
  };
}

/**
 * Whether a browser navigates; programs get the redirect. Browsers send `Sec-Fetch-Mode` over https and on loopback; older
 * ones send `Upgrade-Insecure-Requests` only when they navigate.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header
 * @see https://www.w3.org/TR/upgrade-insecure-requests/#preference
 */
function isNavigation(headers: IncomingHttpHeaders): boolean {
  const mode = headers["sec-fetch-mode"];
  return mode === undefined ? headers["upgrade-insecure-requests"] === "1" : mode === "navigate";
}

/** Whether the hub's own form was sent. The policy of the page with the form applies, so the hub cannot change that of other sites. */
function isOwnForm(headers: IncomingHttpHeaders): boolean {
  const from = headers["sec-fetch-site"];
  return from !== "cross-site" && from !== "same-site";
}
