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
import type { CentralSession } from "@gatehouse/database";
import type { Cookies } from "../http/cookies.ts";
import { type Answer, type Call, seeOther } from "../http/route.ts";
import { isAsStrongAs } from "../session/acr.ts";
import { factorAddress } from "../sign-in/login-address.ts";
import { refuseService } from "../sign-in/refuse-service.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";

export interface SendTicketNeeds {
  readonly cookies: Cookies;
  readonly sites: Pick<SiteRegistry, "findByService">;
  readonly tickets: Pick<TicketRegistry, "issue">;
  readonly ticketLifeSeconds: number;
}

/** A ticket that `decideLogin` allows to issue. */
export interface TicketToSend extends Pick<LoginRequest, "gateway" | "method" | "renew" | "ticketName"> {
  readonly service: Service;
  readonly fromNewLogin: boolean;
  readonly session: Pick<CentralSession, "id" | "amr">;
}

/**
 * A session that is too weak for the site gets no ticket: the user is asked for the missing factor first.
 *
 * @see CAS protocol 3.0.3, sections 2.1.1 (method) and 2.2.4
 */
export async function sendTicket(
  needs: SendTicketNeeds,
  call: Call,
  order: TicketToSend,
  more: { readonly cookies?: readonly string[]; readonly afterwards?: () => void } = {},
): Promise<Answer> {
  const { sites, tickets, ticketLifeSeconds } = needs;
  const { service, session, fromNewLogin, ticketName } = order;
  const sessionId = session.id;
  const site = sites.findByService(service);
  if (site === undefined) throw refuseService(call, { service });
  if (site.requires !== undefined && !isAsStrongAs(session.amr, site.requires))
    return askForFactor(needs, order, site.requires, more);
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

/** @see CAS protocol 3.0.3, section 2.1.1 (gateway never asks) */
function askForFactor(
  { cookies }: SendTicketNeeds,
  { gateway, method, renew, service, ticketName }: TicketToSend,
  acr: string,
  more: { readonly cookies?: readonly string[]; readonly afterwards?: () => void },
): Answer {
  if (gateway) return seeOther(service.url, more);
  const fields = [
    { name: ticketName === "SAMLart" ? "TARGET" : "service", value: service.url },
    ...(method === "GET" ? [] : [{ name: "method", value: method }]),
    ...(renew ? [{ name: "renew", value: "true" }] : []),
    { name: "acr", value: acr },
  ];
  // A sign-in that was left pending in this browser is not the one to strengthen.
  return seeOther(factorAddress(fields), {
    ...more,
    cookies: [...(more.cookies ?? []), cookies.clear("pending")],
  });
}
