/** `/cas/samlValidate`: a site validates a ticket by SAML 1.1, as Apache's module and older clients do. */
import {
  authenticationSuccess,
  createTicketId,
  parseSamlRequest,
  renderSamlFailure,
  renderSamlSuccess,
  samlCorrelation,
} from "@gatehouse/cas/server";
import { type Call, type RawAnswer, type Route, route } from "../http/route.ts";
import { refusal, refuseTicket } from "./refuse-ticket.ts";
import { type ConsumeTicketNeeds, consumeTicket, readQuery } from "./validate.ts";

export interface SamlValidateNeeds extends ConsumeTicketNeeds {
  readonly siteClock: () => Date;
  readonly hubUrl: string;
}

/** Validity of the assertion in seconds: time for the site to read it, since its ticket is already consumed. */
const assertionLifeSeconds = 60;

/** @see CAS protocol 3.0.3, section 2.5 (SAML), and SAML 1.1 bindings, section 3.1 */
export const samlValidateRoutes = (needs: SamlValidateNeeds): Route[] => [
  route({
    method: "POST",
    path: "/cas/samlValidate",
    caller: "anyone",
    antiForgery: "ticket",
    sends: "xml",
    speaks: "json",
    answer: (call, { rawQuery, xml }) => validate(needs, call, rawQuery, xml),
  }),
];

async function validate(
  needs: SamlValidateNeeds,
  call: Call,
  rawQuery: string,
  xml: Uint8Array,
): Promise<RawAnswer> {
  const asked = readQuery(rawQuery);
  const frame = {
    ...samlCorrelation(xml, asked instanceof Error ? new Map() : asked),
    issueInstant: needs.siteClock(),
    responseId: createTicketId("LR"),
  };
  try {
    if (asked instanceof Error) throw asked;
    const { ticket, service, renew } = parseSamlRequest(xml, asked);
    const validated = await consumeTicket(needs, call, ticket, { service, renew });
    const released = needs.sites.find(validated.siteId)?.cas?.attributes ?? [];
    const rendered = renderSamlSuccess({
      ...frame,
      success: authenticationSuccess(validated, released),
      assertionId: createTicketId("LR"),
      issuer: needs.hubUrl,
      lifeSeconds: assertionLifeSeconds,
    });
    return { status: 200, ...rendered };
  } catch (cause) {
    const error = refuseTicket(call, cause);
    return refusal(error, renderSamlFailure({ ...frame, error }));
  }
}
