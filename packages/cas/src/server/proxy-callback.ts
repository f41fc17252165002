import { CasError } from "./cas-error.ts";
import { parseAddress, type Service, serviceAt, withParameters } from "./service.ts";
import { matchesService, type ServicePattern } from "./service-pattern.ts";

/** Proxies that may stand between a person and a site; a circle of sites would go on for ever. */
const longestChain = 8;

/**
 * Reads `pgtUrl`: an address as of a service, by https. Its query is kept, a `ticket` in it too: nobody adds
 * one here. `pgtId` and `pgtIou` are refused, however they are spelt: the site would get two of them.
 *
 * @throws CasError `INVALID_PROXY_CALLBACK`; which rule was broken, its description says
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

/**
 * Whether a registration allows a callback. The hub calls what is registered and nothing else: an address
 * from a request would make it a tool for reaching other machines.
 */
export function isAllowedCallback(callback: Service, allowed: readonly ServicePattern[]): boolean {
  return allowed.some((pattern) => matchesService(pattern, callback));
}

/**
 * Where to hand a proxy-granting ticket over. The callback's own query stays, character by character. `pgtIou` comes
 * first, because callbacks written after AuthCAS's sample look for exactly that order.
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

/** @param proxies the chain that a new proxy-granting ticket would have */
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

/** Why a callback did not take its ticket. */
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
 * A failed callback fails the validation: docs/decisions/0012.
 *
 * @param advice a sentence for whoever can change that
 * @see CAS protocol 3.0.3, section 2.5.4
 */
export function proxyCallbackFailed(fault: ProxyCallbackFault, advice?: string): CasError {
  const sentences = [`The proxy callback ${faults[fault]}.`, ...(advice === undefined ? [] : [advice])];
  return new CasError("INVALID_PROXY_CALLBACK", sentences.join(" "));
}
