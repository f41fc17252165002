/**
 * Browsers apply `form-action` of the page that holds a form to every redirect that follows, those of other sites
 * included. A form's answer that leads away from the hub is therefore a page, which the browser leaves by GET: that is
 * a new navigation, to which no directive of the hub applies (docs/decisions/0023).
 */
import type { IncomingHttpHeaders } from "node:http";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import type { Drawn } from "./route.ts";

/** Addresses of the hub that redirect on to a site, and so belong to the same navigation. */
const resumes = /^\/oidc\/(auth|interaction)(\/|$)/;
/** Redirects on to a site if a session exists by then, such as one from another tab; else shows its form. */
const resumesInSession = /^\/cas\/login$/;

/** What decides about a redirect. */
interface FormAnswer {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly location: string;
  /** The destination, as far as it is known. */
  readonly site?: RegisteredSite | undefined;
}

/**
 * The page to answer with in place of a redirect; `undefined`: the redirect itself. Never decides whether an address
 * may be gone to: it only gets addresses that a redirect was about to lead to.
 *
 * @param hubUrl the hub's public origin
 * @param hasSession the request came with the cookie of a session
 */
export function leavingPage(
  { method, headers, location, site }: FormAnswer,
  { hubUrl, hasSession }: { readonly hubUrl: string; readonly hasSession: boolean },
): Pick<Drawn, "screen" | "headers"> | undefined {
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
 * Programs get the redirect. Browsers name the mode of a request where the hub is reached by https or on loopback;
 * older ones ask for upgraded requests when they navigate, and otherwise not.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header
 * @see https://www.w3.org/TR/upgrade-insecure-requests/#preference
 */
function isNavigation(headers: IncomingHttpHeaders): boolean {
  const mode = headers["sec-fetch-mode"];
  return mode === undefined ? headers["upgrade-insecure-requests"] === "1" : mode === "navigate";
}

/** To a form of another site that site's own policy applies, and a page in between would be of no use. */
function isOwnForm(headers: IncomingHttpHeaders): boolean {
  const from = headers["sec-fetch-site"];
  return from !== "cross-site" && from !== "same-site";
}
