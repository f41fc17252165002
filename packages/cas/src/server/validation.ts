import { CasError } from "./cas-error.ts";
import { isSet, ParameterError, type RequestParameters } from "./parameters.ts";
import { parseService } from "./service.ts";
import { isTicketId } from "./ticket-id.ts";
import type { ConsumeResult } from "./ticket-registry.ts";

/** Format of a validation response. `/validate` of CAS 1 ignores it. */
export type ValidationFormat = "XML" | "JSON";

/** A complete validation request: input of `consume(ticket, { service, renew })`. */
export interface ValidationRequest {
  readonly ticket: string;
  /**
   * The service in normal form, or unchanged if it is not a valid address. An invalid address never equals the service of a
   * ticket (`parseService`), so the registry consumes the ticket as for any other service.
   */
  readonly service: string;
  readonly renew: boolean;
  readonly format: ValidationFormat;
  /** Proxy callback, unchecked; `null`: no proxy-granting ticket requested. */
  readonly pgtUrl: string | null;
}

/** `/serviceValidate` accepts service tickets, `/proxyValidate` also proxy tickets. */
export type AcceptedTickets = "service-tickets" | "proxy-tickets-too";

/**
 * Format of the response, also for an invalid request. Never throws: an unsupported format is reported in XML, the default.
 * Lower case is accepted, because clients send it.
 *
 * @see CAS protocol 3.0.3, section 2.5.1
 */
export function validationFormat(parameters: RequestParameters): ValidationFormat {
  return parameters.get("format")?.toUpperCase() === "JSON" ? "JSON" : "XML";
}

/**
 * Reads the parameters of a validation. An incomplete request, or one at the wrong endpoint, does not consume the ticket; a
 * complete one with an invalid service does, see `ValidationRequest.service`.
 *
 * @param accepts kinds of tickets that the endpoint accepts
 * @throws CasError `INVALID_REQUEST` without service or ticket, or for an unsupported format; `INVALID_TICKET_SPEC` for
 *   another kind of ticket; `INVALID_TICKET` for a value that is not a ticket
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

/** @throws CasError `INVALID_REQUEST` for an unsupported format */
export function supportedFormat(parameters: RequestParameters): ValidationFormat {
  const format = validationFormat(parameters);
  if ((parameters.get("format") ?? format).toUpperCase() === format) return format;
  throw new CasError("INVALID_REQUEST", "The format is not supported; use XML or JSON.");
}

/** @throws CasError for a kind of ticket that the endpoint does not accept */
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

/** Normal form of a service; an invalid address stays unchanged and equals no service. */
export function serviceToCompare(service: string): string {
  try {
    return parseService(service).normalForm;
  } catch (error) {
    if (error instanceof CasError) return service;
    throw error;
  }
}

/** Result of consuming a valid ticket. */
export type ValidTicket = Extract<ConsumeResult, { readonly outcome: "valid" }>;

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
 * Turns the outcome of consuming a ticket into a result or an error.
 *
 * @throws CasError `INVALID_SERVICE` for another service, otherwise `INVALID_TICKET`; no message contains the ticket
 * @see CAS protocol 3.0.3, section 2.5.3
 */
export function requireValidTicket(result: ConsumeResult): ValidTicket {
  if (result.outcome === "valid") return result;
  const [code, description] = refusals[result.outcome];
  throw new CasError(code, description);
}

/**
 * Turns any error into one that a validation response can report. Errors other than `CasError` and `ParameterError` become
 * `INTERNAL_ERROR`; their details stay in `cause`, which is not rendered.
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
