/** Issues a service ticket and sends it to the site by the method that it asked for. */
import {
  createTicketId,
  type LoginRequest,
  type Service,
  type TicketRegistry,
  ticketForm,
  ticketHeaders,
  ticketRedirect,
} from "@gatehouse/cas/server";
import { type Answer, type Call, seeOther } from "../http/route.ts";
import { refuseService } from "../sign-in/refuse-service.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";

export interface SendTicketNeeds {
  readonly sites: Pick<SiteRegistry, "findByService">;
  readonly tickets: Pick<TicketRegistry, "issue">;
  readonly ticketLifeSeconds: number;
}

/** A ticket that `decideLogin` allows to issue. */
export interface TicketToSend extends Pick<LoginRequest, "method" | "ticketName"> {
  readonly service: Service;
  readonly fromNewLogin: boolean;
  readonly sessionId: string;
}

/** @see CAS protocol 3.0.3, sections 2.1.1 (method) and 2.2.4 */
export async function sendTicket(
  { sites, tickets, ticketLifeSeconds }: SendTicketNeeds,
  call: Call,
  order: TicketToSend,
  more: { readonly cookies?: readonly string[]; readonly afterwards?: () => void } = {},
): Promise<Answer> {
  const { service, sessionId, fromNewLogin, ticketName } = order;
  const site = sites.findByService(service);
  if (site === undefined) throw refuseService(call, { service });
  const id = createTicketId("ST");
  await tickets.issue({
    id,
    service: service.normalForm,
    siteId: site.id,
    sessionId,
    fromNewLogin,
    proxies: [],
    lifeSeconds: ticketLifeSeconds,
  });
  call.log.debug({ event: "ticket.issued", site: site.id, session: sessionId }, "service ticket issued");
  switch (order.method) {
    case "GET":
      return seeOther(ticketRedirect(service, id, ticketName), {
        ...more,
        goesTo: site,
        keepsOpener: site.cas?.popup,
      });
    case "HEADER":
      return { status: 200, body: "", headers: { ...ticketHeaders(service, id) }, ...more };
    case "POST": {
      const { action, fields } = ticketForm(service, id, ticketName);
      const model = { action, fields, site: { name: site.name, host: site.host } };
      return {
        screen: { name: "ticket-form", model },
        formsLeaveHub: true,
        keepsOpener: site.cas?.popup,
        ...more,
      };
    }
  }
}
