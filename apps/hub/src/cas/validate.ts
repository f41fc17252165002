/** `/validate`, `/serviceValidate`, `/proxyValidate` and their CAS 3 forms: a site spends a ticket. */
import {
  type AcceptedTickets,
  type AuthenticationSuccess,
  asCasError,
  authenticationSuccess,
  CasError,
  judgeSpent,
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
  type ValidTicket,
  validationFormat,
} from "@gatehouse/cas/server";
import { type Call, type Route, route, type Written } from "../http/route.ts";
import { grantProxy } from "./proxy-callback.ts";
import { refusal, refuseTicket } from "./refuse-ticket.ts";

/** How one of the endpoints answers. */
interface Manner {
  readonly path: string;
  readonly accepts: AcceptedTickets;
  /** CAS 3 releases attributes; CAS 1 and 2 the user alone. */
  readonly attributes: boolean;
  /** CAS 1 knows of no proxies. */
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

const manners: readonly Manner[] = [
  { path: "/cas/validate", accepts: "service-tickets", attributes: false, ...text },
  { path: "/cas/serviceValidate", accepts: "service-tickets", attributes: false, ...xmlOrJson },
  { path: "/cas/proxyValidate", accepts: "proxy-tickets-too", attributes: false, ...xmlOrJson },
  { path: "/cas/p3/serviceValidate", accepts: "service-tickets", attributes: true, ...xmlOrJson },
  { path: "/cas/p3/proxyValidate", accepts: "proxy-tickets-too", attributes: true, ...xmlOrJson },
];

/**
 * Answered with 200 whether or not the ticket is good: the protocol's error is in the body, and clients that see
 * another status never look there (`refusal`). Parameters are read here and not by the mount, because what is wrong
 * with them is said in the protocol's own form as well.
 *
 * @see CAS protocol 3.0.3, sections 2.4, 2.5, 2.6 and 2.8
 */
export const validations: readonly Route[] = manners.map((manner) =>
  route({
    method: "GET",
    path: manner.path,
    caller: "anyone",
    antiForgery: "ticket",
    sends: "raw-query",
    speaks: "json",
    async answer(call, { rawQuery }) {
      const asked = readQuery(rawQuery);
      return asked instanceof CasError
        ? refusal(asked, manner.fail(asked, parseFormatAlone(rawQuery)))
        : validate(manner, call, asked);
    },
  }),
);

async function validate(manner: Manner, call: Call, asked: RequestParameters): Promise<Written> {
  try {
    const { ticket, service, renew, pgtUrl } = parseValidationRequest(asked, manner.accepts);
    const spent = await spendTicket(call, ticket, { service, renew });
    const released = manner.attributes ? (call.hub.sites.find(spent.siteId)?.cas?.attributes ?? []) : null;
    const iou = pgtUrl !== null && manner.proxies ? await grantProxy(call, pgtUrl, spent) : undefined;
    return { status: 200, ...manner.succeed(authenticationSuccess(spent, released, iou), asked) };
  } catch (cause) {
    const error = refuseTicket(call, cause);
    return refusal(error, manner.fail(error, asked));
  }
}

/** @throws CasError when the ticket was not good; it is gone all the same */
export async function spendTicket(
  call: Call,
  ticket: string,
  conditions: { readonly service: string; readonly renew: boolean },
): Promise<ValidTicket> {
  const spent = judgeSpent(await call.hub.database.tickets.consume(ticket, conditions));
  if (call.hub.sites.find(spent.siteId)?.cas === undefined)
    throw new CasError("INVALID_SERVICE", "The site is not registered any more.");
  call.log.info(
    { event: "ticket.validated", site: spent.siteId, session: spent.sessionId },
    "ticket validated",
  );
  return spent;
}

/** The parameters, or what is wrong with them. */
export function readQuery(rawQuery: string): RequestParameters | CasError {
  try {
    return parseProtocolQuery(rawQuery);
  } catch (error) {
    return asCasError(error);
  }
}
