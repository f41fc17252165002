import { CasError } from "./cas-error.ts";
import { parseAddress, type Service, serviceAt, withParameters } from "./service.ts";
import { matchesService, type ServicePattern } from "./service-pattern.ts";

/** Most proxies in a chain; sites that call each other in a circle would never stop. */
const longestChain = 8;

/**
 * Parses `pgtUrl`: an https address by the rules of `parseAddress`. A `ticket` in its query is kept, because none is added.
 * `pgtId` and `pgtIou` are refused, in any encoding: the site would receive two of them.
 *
 * @throws CasError `INVALID_PROXY_CALLBACK`; its description names the broken rule
 * @see CAS protocol 3.0.3, section 2.5.4
 */
export function parseProxyCallback(pgtUrl: string): Service {
  if (!/^https:/i.test(pgtUrl)) refuse("does not begin with https://");
  if (pgtUrl.includes("#")) refuse("holds a fragment, which never reaches a server");
  const url = parseAddress(pgtUrl, refuse);
  for (const name of ["pgtId", "pgtIou"])
    if (url.searchParams.has(name)) refuse(`already holds a parameter named ${name}`);
  return serviceAt(url);
}

function refuse(reason: string): never {
  throw new CasError("INVALID_PROXY_CALLBACK", `The proxy callback ${reason}.`);
}

/** Whether a registration allows a callback. The hub calls registered addresses only (server-side request forgery). */
export function isAllowedCallback(callback: Service, allowed: readonly ServicePattern[]): boolean {
  return allowed.some((pattern) => matchesService(pattern, callback));
}

/**
 * Address that delivers a proxy-granting ticket. The callback's own query stays unchanged, character by character. `pgtIou`
 * comes first, because callbacks derived from AuthCAS's sample expect that order.
 *
 * @see CAS protocol 3.0.3, section 2.5.4
 */
export function proxyCallbackUrl(
  callback: Service,
  tickets: { readonly pgtId: string; readonly pgtIou: string },
): string {
  return withParameters(callback, { pgtIou: tickets.pgtIou, pgtId: tickets.pgtId });
}

/** @see CAS protocol 3.0.3, section 2.5.3 */
export function proxyNotAllowed(): CasError {
  return new CasError(
    "UNAUTHORIZED_SERVICE_PROXY",
    "The site's registration does not allow this proxy callback. Register it under cas.proxy.callbacks.",
  );
}

/** @param proxies chain of the new proxy-granting ticket */
export function proxyChainTooLong(proxies: readonly string[]): boolean {
  return proxies.length > longestChain;
}

/** @see CAS protocol 3.0.3, section 2.5.3 */
export function proxyChainRefused(): CasError {
  return new CasError(
    "UNAUTHORIZED_SERVICE_PROXY",
    `More than ${longestChain} proxies may not stand between a person and a site. Look for sites that call each other in a circle.`,
  );
}

/** Reasons for which a callback does not receive its ticket. */
export type ProxyCallbackFault =
  | "timeout"
  | "refused"
  | "address_forbidden"
  | "unresolved"
  | "certificate"
  | "failed"
  | "redirected"
  | "not-200";

const faults: Readonly<Record<ProxyCallbackFault, string>> = {
  timeout: "did not answer in time",
  refused: "refused the connection",
  address_forbidden: "is at an address that this server may not call",
  unresolved: "has a host name that cannot be found",
  certificate: "has a certificate that this server does not trust",
  failed: "could not be called",
  redirected: "answered with a redirect, which is not followed",
  "not-200": "did not answer with status 200",
};

/**
 * Error of a failed callback; it fails the validation (docs/decisions/0012).
 *
 * @param advice a sentence that says how to mend it
 * @see CAS protocol 3.0.3, section 2.5.4
 */
export function proxyCallbackFailed(fault: ProxyCallbackFault, advice?: string): CasError {
  const sentences = [`The proxy callback ${faults[fault]}.`, ...(advice === undefined ? [] : [advice])];
  return new CasError("INVALID_PROXY_CALLBACK", sentences.join(" "));
}
