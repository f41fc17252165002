import { CasClientError } from "./cas-client-error.ts";

/**
 * An address of the hub with its parameters, each of them encoded. Values are never put together as text:
 * a ticket holding `&service=` once let one site's ticket pass at another (CVE-2014-4172).
 */
function hubUrl(
  hub: string | URL,
  path: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const url = URL.parse(path, hub);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new CasClientError(
      "hub_url_invalid",
      "HUB_URL should be the hub's origin, such as https://hub.example.org.",
    );
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}

const whenSet = (flag: boolean | undefined): string | undefined => (flag === true ? "true" : undefined);

/**
 * Where to send a person who is to sign in.
 *
 * @param hub the hub's origin (`HUB_URL`)
 * @param options.service where she comes back to, with the ticket
 * @param options.renew ask for credentials whatever session there is
 * @param options.gateway ask for nothing, only recognise; the hub ignores it beside `renew`
 * @param options.reason why the site asks again (`idle` …), for the words of the page
 * @throws CasClientError `hub_url_invalid`
 * @see CAS protocol 3.0.3, section 2.1.1
 */
export function loginUrl(
  hub: string | URL,
  options: {
    readonly service: string;
    readonly renew?: boolean | undefined;
    readonly gateway?: boolean | undefined;
    readonly reason?: string | undefined;
  },
): string {
  const { service, renew, gateway, reason } = options;
  return hubUrl(hub, "/cas/login", { service, renew: whenSet(renew), gateway: whenSet(gateway), reason });
}

/**
 * Where to send a person who signs out everywhere.
 *
 * @param options.service where she may come back to; the hub goes only to registered addresses
 * @throws CasClientError `hub_url_invalid`
 * @see CAS protocol 3.0.3, section 2.3.1
 */
export function logoutUrl(
  hub: string | URL,
  options: { readonly service?: string | undefined } = {},
): string {
  return hubUrl(hub, "/cas/logout", { service: options.service });
}

/**
 * Asks whether a ticket is good. Only makes the request; the caller fetches it, with a time limit, and
 * hands the answer to `processServiceValidateResponse`. It follows no redirect: an answer from elsewhere
 * is not the hub's word.
 *
 * @param options.service exactly the service of `loginUrl`
 * @param options.ticket as it arrived
 * @param options.renew only a ticket that came from credentials will do
 * @throws CasClientError `hub_url_invalid`
 * @see CAS protocol 3.0.3, sections 2.5.1 and 2.8.1
 */
export function serviceValidateRequest(
  hub: string | URL,
  options: { readonly service: string; readonly ticket: string; readonly renew?: boolean | undefined },
): Request {
  const { service, ticket, renew } = options;
  const url = hubUrl(hub, "/cas/p3/serviceValidate", {
    service,
    ticket,
    renew: whenSet(renew),
    format: "JSON",
  });
  return new Request(url, { headers: { accept: "application/json" }, redirect: "manual", cache: "no-store" });
}
