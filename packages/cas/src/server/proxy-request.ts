import { CasError } from "./cas-error.ts";
import type { RequestParameters } from "./parameters.ts";
import { parseService, type Service } from "./service.ts";
import { isTicketId } from "./ticket-id.ts";
import { supportedFormat } from "./validation.ts";

/** Parameters of `/proxy`. */
export interface ProxyRequest {
  /** Has the form of a proxy-granting ticket; the registry may not know it. */
  readonly pgt: string;
  readonly targetService: Service;
}

/**
 * Reads the parameters of `/proxy`. The specification allows targets that are not URLs; here a target is a site's address.
 *
 * @throws CasError `INVALID_REQUEST` if a parameter is missing or the ticket is of another kind; `UNAUTHORIZED_SERVICE` if
 *   the target is not an address
 * @see CAS protocol 3.0.3, sections 2.7.1 and 2.7.3
 */
export function parseProxyRequest(parameters: RequestParameters): ProxyRequest {
  supportedFormat(parameters);
  const pgt = required(parameters, "pgt");
  const target = required(parameters, "targetService");
  if (!isTicketId("PGT", pgt)) throw unknownProxyGrantingTicket();
  try {
    return { pgt, targetService: parseService(target) };
  } catch (cause) {
    throw new CasError("UNAUTHORIZED_SERVICE", "The target service is no address of a site.", { cause });
  }
}

function required(parameters: RequestParameters, name: string): string {
  const value = parameters.get(name) ?? "";
  if (value !== "") return value;
  throw new CasError(
    "INVALID_REQUEST",
    `The parameters pgt and targetService are required; ${name} is missing.`,
  );
}

/**
 * Error for a proxy-granting ticket that is unknown, of another kind, or of an ended session. The three are indistinguishable,
 * so that nobody can find out which tickets existed. CAS 3 has no code of its own (`BAD_PGT` existed in CAS 2 only);
 * `UNAUTHORIZED_SERVICE` would point at the registration, which is correct.
 *
 * @see CAS protocol 3.0.3, section 2.7.3
 */
export function unknownProxyGrantingTicket(): CasError {
  return new CasError(
    "INVALID_REQUEST",
    "The proxy-granting ticket is not known, or its session has ended. Send the person to login for a new one.",
  );
}

/** @see CAS protocol 3.0.3, section 2.7.3 */
export function targetNotAllowed(): CasError {
  return new CasError(
    "UNAUTHORIZED_SERVICE",
    "The site may not ask for tickets to this target. Register the target under cas.proxy.targets.",
  );
}
