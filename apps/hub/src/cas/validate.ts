/** `/validate`, `/serviceValidate`, `/proxyValidate` and their CAS 3 forms: a site validates a ticket. */
import {
  type AcceptedTickets,
  type AuthenticationSuccess,
  asCasError,
  authenticationSuccess,
  CasError,
  parseFormatAlone,
  parseProtocolQuery,
  parseValidationRequest,
  type Rendered,
  type RequestParameters,
  renderJsonFailure,
  renderJsonSuccess,
  renderTextFailure,
  renderTextSuccess,
  renderXmlFailure,
  renderXmlSuccess,
  requireValidTicket,
  type TicketRegistry,
  type ValidTicket,
  validationFormat,
} from "@gatehouse/cas/server";
import { type Call, type RawAnswer, type Route, route } from "../http/route.ts";
import { acrOf, isAsStrongAs } from "../session/acr.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import { type GrantProxyNeeds, grantProxy } from "./proxy-callback.ts";
import { refusal, refuseTicket } from "./refuse-ticket.ts";

export interface ConsumeTicketNeeds {
  readonly sites: Pick<SiteRegistry, "find">;
  readonly tickets: Pick<TicketRegistry, "consume">;
}

export interface ValidateNeeds extends ConsumeTicketNeeds, GrantProxyNeeds {}

/** One of the endpoints: which tickets it accepts, and its format. */
interface Endpoint {
  readonly path: string;
  readonly accepts: AcceptedTickets;
  /** CAS 3 releases attributes; CAS 1 and 2 only the user. */
  readonly attributes: boolean;
  /** CAS 1 has no proxies. */
  readonly proxies: boolean;
  succeed(success: AuthenticationSuccess, asked: RequestParameters): Rendered;
  fail(error: CasError, asked: RequestParameters): Rendered;
}

const xmlOrJson = {
  proxies: true,
  succeed: (success: AuthenticationSuccess, asked: RequestParameters) =>
    validationFormat(asked) === "JSON" ? renderJsonSuccess(success) : renderXmlSuccess(success),
  fail: (error: CasError, asked: RequestParameters) =>
    validationFormat(asked) === "JSON" ? renderJsonFailure(error) : renderXmlFailure(error),
};
const text = {
  proxies: false,
  succeed: (success: AuthenticationSuccess) => renderTextSuccess(success),
  fail: () => renderTextFailure(),
};

const endpoints: readonly Endpoint[] = [
  { path: "/cas/validate", accepts: "service-tickets", attributes: false, ...text },
  { path: "/cas/serviceValidate", accepts: "service-tickets", attributes: false, ...xmlOrJson },
  { path: "/cas/proxyValidate", accepts: "proxy-tickets-too", attributes: false, ...xmlOrJson },
  { path: "/cas/p3/serviceValidate", accepts: "service-tickets", attributes: true, ...xmlOrJson },
  { path: "/cas/p3/proxyValidate", accepts: "proxy-tickets-too", attributes: true, ...xmlOrJson },
];

/**
 * Answers 200 whether or not the ticket is valid: the protocol's error is in the body, which clients ignore under any
 * other status (`refusal`). The mount does not parse the parameters, because errors in them have the protocol's form
 * too.
 *
 * @see CAS protocol 3.0.3, sections 2.4, 2.5, 2.6 and 2.8
 */
export const validateRoutes = (needs: ValidateNeeds): Route[] =>
  endpoints.map((endpoint) =>
    route({
      method: "GET",
      path: endpoint.path,
      caller: "anyone",
      antiForgery: "ticket",
      sends: "raw-query",
      speaks: "json",
      async answer(call, { rawQuery }) {
        const asked = readQuery(rawQuery);
        return asked instanceof CasError
          ? refusal(asked, endpoint.fail(asked, parseFormatAlone(rawQuery)))
          : validate(needs, endpoint, call, asked);
      },
    }),
  );

async function validate(
  needs: ValidateNeeds,
  endpoint: Endpoint,
  call: Call,
  asked: RequestParameters,
): Promise<RawAnswer> {
  try {
    const { ticket, service, renew, pgtUrl } = parseValidationRequest(asked, endpoint.accepts);
    const validated = await consumeTicket(needs, call, ticket, { service, renew });
    const released = endpoint.attributes ? (needs.sites.find(validated.siteId)?.cas?.attributes ?? []) : null;
    const iou =
      pgtUrl !== null && endpoint.proxies ? await grantProxy(needs, call, pgtUrl, validated) : undefined;
    return { status: 200, ...endpoint.succeed(authenticationSuccess(validated, released, iou), asked) };
  } catch (cause) {
    const error = refuseTicket(call, cause);
    return refusal(error, endpoint.fail(error, asked));
  }
}

/** Consumes a ticket, valid or not. @throws CasError if it is not valid */
export async function consumeTicket(
  { sites, tickets }: ConsumeTicketNeeds,
  call: Call,
  ticket: string,
  conditions: { readonly service: string; readonly renew: boolean },
): Promise<ValidTicket> {
  const validated = requireValidTicket(await tickets.consume(ticket, conditions));
  if (sites.find(validated.siteId)?.cas === undefined)
    throw new CasError("INVALID_SERVICE", "The site is no longer registered.");
  const amr = [validated.principal.attributes.amr ?? []].flat();
  // Also of a proxy, or of a program with a password: no way to a ticket leads around the site's demand.
  const requires = sites.find(validated.siteId)?.requires;
  if (requires !== undefined && !isAsStrongAs(amr, requires))
    throw new CasError("INVALID_TICKET", "The site requires a stronger sign-in than the ticket's.");
  call.log.info(
    { event: "ticket.validated", site: validated.siteId, session: validated.sessionId },
    "ticket validated",
  );
  const { principal } = validated;
  return {
    ...validated,
    principal: { ...principal, attributes: { ...principal.attributes, acr: acrOf(amr) } },
  };
}

/** The parameters, or the protocol's error for them. */
export function readQuery(rawQuery: string): RequestParameters | CasError {
  try {
    return parseProtocolQuery(rawQuery);
  } catch (error) {
    return asCasError(error);
  }
}
