/**
 * Grants a site a proxy-granting ticket, with which the site acts for the user at other sites: `pgtUrl` of a
 * validation.
 */
import {
  createTicketId,
  isAllowedCallback,
  type ProxyGrantingTicketRegistry,
  parseProxyCallback,
  proxyCallbackFailed,
  proxyCallbackUrl,
  proxyChainRefused,
  proxyChainTooLong,
  proxyNotAllowed,
  requireValidTicket,
  type ValidTicket,
} from "@gatehouse/cas/server";
import type { Call } from "../http/route.ts";
import { type Outbound, OutboundError } from "../outbound/outbound.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";

export interface GrantProxyNeeds {
  readonly sites: Pick<SiteRegistry, "find">;
  readonly proxyGrantingTickets: Pick<ProxyGrantingTicketRegistry, "grant">;
  readonly outbound: Pick<Outbound, "get">;
}

/**
 * Calls the callback only if the site's registration allows it, and stores the ticket only after the callback has
 * answered: no one else ever holds a valid proxy-granting ticket (docs/decisions/0012).
 *
 * @param pgtUrl as presented
 * @returns the PGTIOU: the answer contains it in place of the ticket
 * @throws CasError `UNAUTHORIZED_SERVICE_PROXY`, `INVALID_PROXY_CALLBACK`, or `INVALID_TICKET` when the session
 *   has ended meanwhile
 * @see CAS protocol 3.0.3, section 2.5.4
 */
export async function grantProxy(
  { sites, proxyGrantingTickets, outbound }: GrantProxyNeeds,
  call: Call,
  pgtUrl: string,
  validated: ValidTicket,
): Promise<string> {
  const policy = sites.find(validated.siteId)?.cas?.proxy;
  const callback = parseProxyCallback(pgtUrl);
  if (policy === undefined || !isAllowedCallback(callback, policy.callbacks)) throw proxyNotAllowed();
  const proxies = [callback.url, ...validated.proxies];
  if (proxyChainTooLong(proxies)) throw proxyChainRefused();
  const pgtId = createTicketId("PGT");
  const pgtIou = createTicketId("PGTIOU");
  await callBack(outbound, proxyCallbackUrl(callback, { pgtId, pgtIou }));
  const { siteId, sessionId } = validated;
  const granted = await proxyGrantingTickets.grant({ id: pgtId, siteId, sessionId, proxies });
  if (!granted) requireValidTicket({ outcome: "session-ended" });
  call.log.info(
    { event: "proxy-granting-ticket.issued", site: siteId, session: sessionId },
    "proxy-granting ticket granted",
  );
  return pgtIou;
}

async function callBack(outbound: GrantProxyNeeds["outbound"], url: string): Promise<void> {
  const { status } = await outbound.get(url).catch((cause: unknown) => {
    if (cause instanceof OutboundError) throw proxyCallbackFailed(cause.code, cause.advice);
    throw cause;
  });
  if (status >= 300 && status < 400) throw proxyCallbackFailed("redirected");
  if (status !== 200) throw proxyCallbackFailed("not-200");
}
