import type { TicketName } from "./login-request.ts";
import { type Service, withParameters } from "./service.ts";

/**
 * Where to send a person with her ticket. The query of the service stays as it is, character by
 * character: `URLSearchParams` would write it anew (`%20` becomes `+`), and a site that signs its
 * query or compares addresses would no longer know it.
 *
 * @param name what the site calls its ticket
 * @see CAS protocol 3.0.3, section 2.2.4
 */
export function ticketRedirect(service: Service, ticket: string, name: TicketName = "ticket"): string {
  return withParameters(service, { [name]: ticket });
}

/** A form that brings a ticket to a site. */
export interface TicketForm {
  /** The service address, its query as it is. */
  readonly action: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

/**
 * What the browser sends on for `method=POST`.
 *
 * @see CAS protocol 3.0.3, sections 2.1.1 and 2.2.4
 */
export function ticketForm(service: Service, ticket: string, name: TicketName = "ticket"): TicketForm {
  return { action: service.url, fields: [{ name, value: ticket }] };
}

/**
 * The headers of the answer for `method=HEADER`, which a program reads.
 *
 * @see CAS protocol 3.0.3, section 2.1.1
 */
export function ticketHeaders(
  service: Service,
  ticket: string,
): { readonly service: string; readonly ticket: string } {
  return { service: service.url, ticket };
}
