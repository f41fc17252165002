import type { TicketName } from "./login-request.ts";
import { type Service, withParameters } from "./service.ts";

/**
 * Address that brings the browser with its ticket to the site. The query of the service stays unchanged, character by
 * character: `URLSearchParams` would rewrite it (`%20` becomes `+`), and a site that signs or compares its addresses would
 * not recognise it.
 *
 * @param name parameter that the site reads the ticket from
 * @see CAS protocol 3.0.3, section 2.2.4
 */
export function ticketRedirect(service: Service, ticket: string, name: TicketName = "ticket"): string {
  return withParameters(service, { [name]: ticket });
}

/** Form with which the browser posts a ticket to a site. */
export interface TicketForm {
  /** The service address, its query unchanged. */
  readonly action: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

/**
 * Form that the browser submits for `method=POST`.
 *
 * @see CAS protocol 3.0.3, sections 2.1.1 and 2.2.4
 */
export function ticketForm(service: Service, ticket: string, name: TicketName = "ticket"): TicketForm {
  return { action: service.url, fields: [{ name, value: ticket }] };
}

/**
 * Headers of the response for `method=HEADER`, read by programs.
 *
 * @see CAS protocol 3.0.3, section 2.1.1
 */
export function ticketHeaders(
  service: Service,
  ticket: string,
): { readonly service: string; readonly ticket: string } {
  return { service: service.url, ticket };
}
