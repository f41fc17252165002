/** `/cas/proxy`: a site requests a ticket to another site on behalf of a user. */
import {
  CasError,
  createTicketId,
  type ProxyGrantingTicketRegistry,
  parseFormatAlone,
  parseProxyRequest,
  type RequestParameters,
  renderJsonProxyFailure,
  renderJsonProxySuccess,
  renderXmlProxyFailure,
  renderXmlProxySuccess,
  type TicketRegistry,
  targetNotAllowed,
  unknownProxyGrantingTicket,
  validationFormat,
} from "@gatehouse/cas/server";
import { type Call, type RawAnswer, type Route, route } from "../http/route.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import { refusal, refuseTicket } from "./refuse-ticket.ts";
import { readQuery } from "./validate.ts";

export interface ProxyNeeds {
  readonly sites: Pick<SiteRegistry, "find" | "findByService">;
  readonly tickets: Pick<TicketRegistry, "issue">;
  readonly proxyGrantingTickets: Pick<ProxyGrantingTicketRegistry, "find">;
  readonly ticketLifeSeconds: number;
}

/** @see CAS protocol 3.0.3, section 2.7 */
export const proxyRoutes = (needs: ProxyNeeds): Route[] => [
  route({
    method: "GET",
    path: "/cas/proxy",
    caller: "anyone",
    antiForgery: "ticket",
    sends: "raw-query",
    speaks: "json",
    async answer(call, { rawQuery }) {
      const asked = readQuery(rawQuery);
      return asked instanceof CasError
        ? fail(asked, parseFormatAlone(rawQuery))
        : issueProxyTicket(needs, call, asked);
    },
  }),
];

async function issueProxyTicket(
  { proxyGrantingTickets, sites, ticketLifeSeconds, tickets }: ProxyNeeds,
  call: Call,
  asked: RequestParameters,
): Promise<RawAnswer> {
  try {
    const { pgt, targetService } = parseProxyRequest(asked);
    const granted = await proxyGrantingTickets.find(pgt);
    if (granted === null) throw unknownProxyGrantingTicket();
    const target = sites.findByService(targetService);
    const targets = sites.find(granted.siteId)?.cas?.proxy?.targets ?? [];
    if (target === undefined || !targets.includes(target.id)) throw targetNotAllowed();
    const id = createTicketId("PT");
    await tickets.issue({
      id,
      service: targetService.normalForm,
      siteId: target.id,
      sessionId: granted.sessionId,
      fromNewLogin: false,
      proxies: granted.proxies,
      lifeSeconds: ticketLifeSeconds,
    });
    call.log.info(
      { event: "proxy-ticket.issued", site: granted.siteId, target: target.id, session: granted.sessionId },
      "proxy ticket issued",
    );
    const rendered = validationFormat(asked) === "JSON" ? renderJsonProxySuccess : renderXmlProxySuccess;
    return { status: 200, ...rendered(id) };
  } catch (cause) {
    return fail(refuseTicket(call, cause), asked);
  }
}

function fail(error: CasError, asked: RequestParameters): RawAnswer {
  const rendered = validationFormat(asked) === "JSON" ? renderJsonProxyFailure : renderXmlProxyFailure;
  return refusal(error, rendered(error));
}
