/** `/cas/proxy`: a site asks for a ticket to another site in a person's name. */
import {
  CasError,
  createTicketId,
  parseFormatAlone,
  parseProxyRequest,
  type RequestParameters,
  renderJsonProxyFailure,
  renderJsonProxySuccess,
  renderXmlProxyFailure,
  renderXmlProxySuccess,
  targetNotAllowed,
  unknownProxyGrantingTicket,
  validationFormat,
} from "@gatehouse/cas/server";
import { type Call, route, type Written } from "../http/route.ts";
import { refusal, refuseTicket } from "./refuse-ticket.ts";
import { readQuery } from "./validate.ts";

/** @see CAS protocol 3.0.3, section 2.7 */
export const proxy = route({
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
      : issueProxyTicket(call, asked);
  },
});

async function issueProxyTicket(call: Call, asked: RequestParameters): Promise<Written> {
  try {
    const { pgt, targetService } = parseProxyRequest(asked);
    const { hub } = call;
    const granted = await hub.database.proxyGrantingTickets.find(pgt);
    if (granted === null) throw unknownProxyGrantingTicket();
    const target = hub.sites.findByService(targetService);
    const targets = hub.sites.find(granted.siteId)?.cas?.proxy?.targets ?? [];
    if (target === undefined || !targets.includes(target.id)) throw targetNotAllowed();
    const id = createTicketId("PT");
    await hub.database.tickets.issue({
      id,
      service: targetService.normalForm,
      siteId: target.id,
      sessionId: granted.sessionId,
      fromNewLogin: false,
      proxies: granted.proxies,
      lifeSeconds: hub.settings.ticketLifeSeconds,
    });
    call.log.info(
      { event: "proxy.ticket", site: granted.siteId, target: target.id, session: granted.sessionId },
      "proxy ticket issued",
    );
    const rendered = validationFormat(asked) === "JSON" ? renderJsonProxySuccess : renderXmlProxySuccess;
    return { status: 200, ...rendered(id) };
  } catch (cause) {
    return fail(refuseTicket(call, cause), asked);
  }
}

function fail(error: CasError, asked: RequestParameters): Written {
  const rendered = validationFormat(asked) === "JSON" ? renderJsonProxyFailure : renderXmlProxyFailure;
  return refusal(error, rendered(error));
}
