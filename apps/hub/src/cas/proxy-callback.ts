/** Hands a site what lets it act for a person at other sites: `pgtUrl` of a validation. */
import {
  createTicketId,
  isAllowedCallback,
  judgeSpent,
  parseProxyCallback,
  proxyCallbackFailed,
  proxyCallbackUrl,
  proxyChainRefused,
  proxyChainTooLong,
  proxyNotAllowed,
  type ValidTicket,
} from "@gatehouse/cas/server";
import type { Call } from "../http/route.ts";
import { OutboundError } from "../outbound/outbound.ts";

/**
 * The callback is called only where the site's registration allows it, and the ticket is kept only after it has
 * answered: nobody else ever holds a proxy-granting ticket that works (docs/decisions/0012).
 *
 * @param pgtUrl as presented
 * @returns the PGTIOU that stands for the ticket in the answer
 * @throws CasError `UNAUTHORIZED_SERVICE_PROXY`, `INVALID_PROXY_CALLBACK`, or `INVALID_TICKET` when the session
 *   has ended meanwhile
 * @see CAS protocol 3.0.3, section 2.5.4
 */
export async function grantProxy(call: Call, pgtUrl: string, spent: ValidTicket): Promise<string> {
  const { hub } = call;
  const policy = hub.sites.find(spent.siteId)?.cas?.proxy;
  const callback = parseProxyCallback(pgtUrl);
  if (policy === undefined || !isAllowedCallback(callback, policy.callbacks)) throw proxyNotAllowed();
  const proxies = [callback.url, ...spent.proxies];
  if (proxyChainTooLong(proxies)) throw proxyChainRefused();
  const pgtId = createTicketId("PGT");
  const pgtIou = createTicketId("PGTIOU");
  await callBack(call, proxyCallbackUrl(callback, { pgtId, pgtIou }));
  const { siteId, sessionId } = spent;
  const granted = await hub.database.proxyGrantingTickets.grant({ id: pgtId, siteId, sessionId, proxies });
  if (!granted) judgeSpent({ outcome: "session-ended" });
  call.log.info(
    { event: "proxy.granted", site: siteId, session: sessionId },
    "proxy-granting ticket granted",
  );
  return pgtIou;
}

async function callBack(call: Call, url: string): Promise<void> {
  const { status } = await call.hub.outbound.get(url).catch((cause: unknown) => {
    if (cause instanceof OutboundError) throw proxyCallbackFailed(cause.code, cause.advice);
    throw cause;
  });
  if (status >= 300 && status < 400) throw proxyCallbackFailed("redirected");
  if (status !== 200) throw proxyCallbackFailed("not-200");
}
