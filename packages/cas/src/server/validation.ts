import { CasError } from "./cas-error.ts";
import { isSet, ParameterError, type RequestParameters } from "./parameters.ts";
import { parseService } from "./service.ts";
import { isTicketId } from "./ticket-id.ts";
import type { Spent } from "./ticket-registry.ts";

/** How a validation is answered. `/validate` of CAS 1 knows neither and ignores it. */
export type ValidationFormat = "XML" | "JSON";

/** A validation that can be tried: `consume(ticket, { service, renew })`. */
export interface ValidationRequest {
  readonly ticket: string;
  /**
   * The service in normal form; or, when it is no service address at all, the value as it came. That equals no
   * service a ticket is bound to (`parseService`), so the registry burns the ticket as for any other service.
   */
  readonly service: string;
  readonly renew: boolean;
  readonly format: ValidationFormat;
  /** Where to hand a proxy-granting ticket to, as it came; `null`: none is wanted. */
  readonly pgtUrl: string | null;
}

/** `/serviceValidate` takes service tickets, `/proxyValidate` proxy tickets besides. */
export type AcceptedTickets = "service-tickets" | "proxy-tickets-too";

/**
 * In what format to answer, also when the request is wrong. Never throws: a format that is not supported
 * is itself an error, and is told in XML, the default. Values in lower case are taken too; clients send them.
 *
 * @see CAS protocol 3.0.3, section 2.5.1
 */
export function validationFormat(parameters: RequestParameters): ValidationFormat {
  return parameters.get("format")?.toUpperCase() === "JSON" ? "JSON" : "XML";
}

/**
 * Reads what a validation was asked. A request that is not whole, or at the wrong endpoint, is no attempt yet,
 * and the ticket lives on; a whole one with a service that is no address is, see `ValidationRequest.service`.
 *
 * @param accepts what the endpoint takes
 * @throws CasError `INVALID_REQUEST` without service or ticket, or for a format that is not supported;
 *   `INVALID_TICKET_SPEC` for a ticket of a kind that is not validated here; `INVALID_TICKET` for what is no
 *   ticket of ours
 * @see CAS protocol 3.0.3, sections 2.4.1, 2.5.1, 2.5.3 and 2.6
 */
export function parseValidationRequest(
  parameters: RequestParameters,
  accepts: AcceptedTickets,
): ValidationRequest {
  const service = required(parameters, "service");
  const ticket = required(parameters, "ticket");
  const format = supportedFormat(parameters);
  checkKind(ticket, accepts);
  const pgtUrl = parameters.get("pgtUrl") || null;
  return { ticket, service: serviceToCompare(service), renew: isSet(parameters, "renew"), format, pgtUrl };
}

/** @throws CasError `INVALID_REQUEST` for a format that is not supported */
export function supportedFormat(parameters: RequestParameters): ValidationFormat {
  const format = validationFormat(parameters);
  if ((parameters.get("format") ?? format).toUpperCase() === format) return format;
  throw new CasError("INVALID_REQUEST", "The format is not supported; use XML or JSON.");
}

/** @throws CasError for a ticket of a kind that the endpoint does not take */
export function checkKind(ticket: string, accepts: AcceptedTickets): void {
  if (isTicketId("ST", ticket) || (accepts === "proxy-tickets-too" && isTicketId("PT", ticket))) return;
  if (isTicketId("PT", ticket)) {
    throw new CasError(
      "INVALID_TICKET_SPEC",
      "A proxy ticket was presented where only service tickets are validated. Use proxyValidate for it.",
    );
  }
  if (/^(PGT|PGTIOU|TGT|LT)-/.test(ticket)) {
    throw new CasError(
      "INVALID_TICKET_SPEC",
      "A ticket of this kind is not validated. Send the one that came to the service address.",
    );
  }
  throw new CasError("INVALID_TICKET", "The ticket is not a service or proxy ticket of this server.");
}

function required(parameters: RequestParameters, name: string): string {
  const value = parameters.get(name) ?? "";
  if (value === "")
    throw new CasError(
      "INVALID_REQUEST",
      `The parameters service and ticket are required; ${name} is missing.`,
    );
  return value;
}

/** A service as it is compared; what is no address is left as it came, and equals none. */
export function serviceToCompare(service: string): string {
  try {
    return parseService(service).normalForm;
  } catch (error) {
    if (error instanceof CasError) return service;
    throw error;
  }
}

/** A ticket that was good. */
export type ValidTicket = Extract<Spent, { readonly outcome: "valid" }>;

const refusals = {
  unknown: [
    "INVALID_TICKET",
    "The ticket is not known, or was used before. A ticket is good for one validation.",
  ],
  expired: ["INVALID_TICKET", "The ticket is too old. Validate a ticket as soon as it arrives."],
  "other-service": [
    "INVALID_SERVICE",
    "The ticket was issued for another service. Send the same service address as at login; the ticket is no longer good.",
  ],
  "not-from-credentials": [
    "INVALID_TICKET",
    "The ticket came from single sign-on, but renew asks for one that came from credentials. Send the person to login with renew=true.",
  ],
  "session-ended": ["INVALID_TICKET", "The session the ticket was issued from has ended."],
} as const;

/**
 * Judges what spending a ticket came to.
 *
 * @returns the outcome itself when it is `valid`
 * @throws CasError `INVALID_SERVICE` for another service, else `INVALID_TICKET`; never with the ticket in its words
 * @see CAS protocol 3.0.3, section 2.5.3
 */
export function judgeSpent(spent: Spent): ValidTicket {
  if (spent.outcome === "valid") return spent;
  const [code, description] = refusals[spent.outcome];
  throw new CasError(code, description);
}

/**
 * Makes of anything thrown on the way what a validation answers with. What is no error of the request is
 * `INTERNAL_ERROR` with its cause hidden: a stack or a statement is nobody's business outside.
 *
 * @see CAS protocol 3.0.3, section 2.5.3
 */
export function asCasError(error: unknown): CasError {
  if (error instanceof CasError) return error;
  if (error instanceof ParameterError)
    return new CasError("INVALID_REQUEST", error.message, { cause: error });
  return new CasError(
    "INTERNAL_ERROR",
    "The server could not validate the ticket. Try again with a new one.",
    {
      cause: error,
    },
  );
}
