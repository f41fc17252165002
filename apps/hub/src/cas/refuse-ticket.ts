import { asCasError, type CasError, type Rendered } from "@gatehouse/cas/server";
import { databaseOutage, logOutage } from "../http/database-outage.ts";
import type { Call, RawAnswer } from "../http/route.ts";

/** The protocol's error for a failure; logs it. */
export function refuseTicket(call: Call, cause: unknown): CasError {
  const error = asCasError(cause);
  const outage = databaseOutage(cause);
  if (error.code !== "INTERNAL_ERROR")
    call.log.warn({ event: "ticket.refused", code: error.code, reason: error.description }, "ticket refused");
  else if (outage === undefined) call.log.error({ err: cause }, "validation failed");
  else logOutage(call.log, outage);
  return error;
}

/**
 * Refusals answer 200. Failures of the hub answer 5xx with the protocol's body, so that clients retry
 * (docs/decisions/0012).
 *
 * @see RFC 9110, sections 15.6.1 and 15.6.4
 */
export function refusal(error: CasError, rendered: Rendered): RawAnswer {
  if (error.code !== "INTERNAL_ERROR") return { status: 200, ...rendered };
  if (databaseOutage(error) === undefined) return { status: 500, ...rendered };
  return { status: 503, ...rendered, headers: { "retry-after": "5" } };
}
