import { CasError } from "./cas-error.ts";
import type { RequestParameters } from "./parameters.ts";
import { parseService, type Service } from "./service.ts";
import { isTicketId } from "./ticket-id.ts";
import { supportedFormat } from "./validation.ts";

/** What a site asks for at `/proxy`. */
export interface ProxyRequest {
  /** Of the shape of a proxy-granting ticket; the registry knows it or not. */
  readonly pgt: string;
  readonly targetService: Service;
}

/**
 * Reads what `/proxy` was asked. The text allows a target that is no URL; ours are sites, so it is one.
 *
 * @throws CasError `INVALID_REQUEST` when a parameter is missing or the ticket is of another kind, which no
 *   registry is asked about; `UNAUTHORIZED_SERVICE` for a target that is no address
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
 * For a proxy-granting ticket that is unknown, of another kind, or dead with its session: all alike, so that
 * nobody can try which tickets there were. Version 3 of the text has no code of its own for it (`BAD_PGT` of
 * version 2 is gone); `UNAUTHORIZED_SERVICE` would send whoever integrates the site to its registration, where
 * nothing is wrong.
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
