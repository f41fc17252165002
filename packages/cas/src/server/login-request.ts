import { isSet, type RequestParameters } from "./parameters.ts";
import { parseService, type Service } from "./service.ts";

/** How a ticket comes to the site: by redirect, by a form the browser sends, or in the headers of the answer. */
export type TicketMethod = "GET" | "POST" | "HEADER";

/** The parameter that a ticket comes in. */
export type TicketName = "ticket" | "SAMLart";

/** What somebody who comes to `/login` asks for. */
export interface LoginRequest {
  /** Where to go afterwards; `null`: only a central session is wanted. */
  readonly service: Service | null;
  /** Ask for credentials whatever session there is. */
  readonly renew: boolean;
  /** Ask for nothing: recognise the person or send her back. */
  readonly gateway: boolean;
  readonly method: TicketMethod;
  /** What the site calls its ticket: clients that speak SAML ask with `TARGET` and look for an artifact. */
  readonly ticketName: TicketName;
}

/**
 * Reads what `/login` was asked for, as requestor and as acceptor alike. An empty `service` is none;
 * `TARGET` is the same to clients that speak SAML 1.1. A `method` that is none of the three is GET, as if it were
 * not given: a person should not stand before an error for it.
 *
 * @throws CasError `INVALID_SERVICE` when `service` is no address to send anybody to
 * @see CAS protocol 3.0.3, sections 2.1.1 and 2.2.1
 */
export function parseLoginRequest(parameters: RequestParameters): LoginRequest {
  const service = parameters.get("service") ?? "";
  const target = service === "" ? (parameters.get("TARGET") ?? "") : "";
  return {
    service: service + target === "" ? null : parseService(service + target),
    ticketName: target === "" ? "ticket" : "SAMLart",
    renew: isSet(parameters, "renew"),
    gateway: isSet(parameters, "gateway"),
    method: methods.find((method) => method === parameters.get("method")?.toUpperCase()) ?? "GET",
  };
}

const methods: readonly TicketMethod[] = ["GET", "POST", "HEADER"];

/** What the login form was sent with. */
export interface LoginSubmission {
  readonly request: LoginRequest;
  /** Empty when it was not given; the screen says so. */
  readonly username: string;
  /** Exactly as typed. */
  readonly password: string;
  /** As presented; `null` when the form had none. Whoever made it judges it. */
  readonly loginTicket: string | null;
  /** She wants to be asked before another site is told who she is. */
  readonly warn: boolean;
  /** She wants a long session. */
  readonly rememberMe: boolean;
}

/**
 * Reads what the login form was sent with. A user name or password that is missing is no error of the
 * protocol but of typing, so it comes out empty.
 *
 * @throws CasError `INVALID_SERVICE` as `parseLoginRequest`
 * @see CAS protocol 3.0.3, sections 2.2.1, 2.2.2 and 4.1
 */
export function parseLoginSubmission(parameters: RequestParameters): LoginSubmission {
  return {
    request: parseLoginRequest(parameters),
    username: parameters.get("username") ?? "",
    password: parameters.get("password") ?? "",
    loginTicket: parameters.get("lt") ?? null,
    warn: isTicked(parameters, "warn"),
    rememberMe: isTicked(parameters, "rememberMe"),
  };
}

/**
 * A box she ticked: browsers send whatever value it has, or `on`, and nothing when it is clear. Forms that other
 * people write repeat a choice as a hidden field, so `false`, `off`, `no`, `0` and nothing at all are no tick: a long session is
 * never hers by accident.
 */
function isTicked(parameters: RequestParameters, name: string): boolean {
  return !["", "false", "off", "no", "0"].includes((parameters.get(name) ?? "").toLowerCase());
}
