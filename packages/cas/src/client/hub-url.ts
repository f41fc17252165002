import { CasClientError } from "./cas-client-error.ts";

/**
 * Address of the hub with encoded parameters. Never concatenate values: in other clients a ticket containing `&service=`
 * was accepted for another site (CVE-2014-4172).
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
 * Address that starts a login.
 *
 * @param hub the hub's origin (`HUB_URL`)
 * @param options.service address that receives the ticket
 * @param options.renew ask for credentials even if there is a session
 * @param options.gateway recognise the user without showing a form; ignored beside `renew`
 * @param options.reason why the site asks again (`idle` …), shown on the page
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
 * Address that signs the user out everywhere.
 *
 * @param options.service address to return to; the hub redirects to registered addresses only
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
 * Request that validates a ticket. The caller fetches it, with a time limit, and passes the response to
 * `processServiceValidateResponse`. It does not follow redirects, because only the hub's own response counts.
 *
 * @param options.service exactly the service of `loginUrl`
 * @param options.ticket as received
 * @param options.renew accept only a ticket from credentials
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
