import { isSet, type RequestParameters } from "./parameters.ts";
import { parseService, type Service } from "./service.ts";

/** How the site receives its ticket: by redirect, by a form that the browser posts, or in the response headers. */
export type TicketMethod = "GET" | "POST" | "HEADER";

/** Name of the parameter that holds the ticket. */
export type TicketName = "ticket" | "SAMLart";

/** Parameters of `/login`. */
export interface LoginRequest {
  /** Site to return to; `null`: start a central session only. */
  readonly service: Service | null;
  /** Ask for credentials even if there is a session. */
  readonly renew: boolean;
  /** Do not show a form: recognise the user or return without a ticket. */
  readonly gateway: boolean;
  readonly method: TicketMethod;
  /** `SAMLart` for SAML 1.1 clients, which ask with `TARGET`. */
  readonly ticketName: TicketName;
}

/**
 * Reads the parameters of `/login`, as credential requestor and acceptor. An empty `service` counts as absent; SAML 1.1
 * clients send `TARGET` instead. An unknown `method` counts as GET, because users cannot mend it.
 *
 * @throws CasError `INVALID_SERVICE` as `parseService`
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

/** Fields of a posted login form. */
export interface LoginSubmission {
  readonly request: LoginRequest;
  /** Empty if absent. */
  readonly username: string;
  /** Exactly as typed. */
  readonly password: string;
  /** As sent, not verified; `null` if absent. */
  readonly loginTicket: string | null;
  /** The user wants to confirm each further site before it learns who they are. */
  readonly warn: boolean;
  /** The user wants a long-term session. */
  readonly rememberMe: boolean;
}

/**
 * Reads a posted login form. A missing username or password becomes the empty string, because it is the user's mistake
 * and not a protocol error.
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
 * Whether a checkbox was ticked. Browsers send its value or `on`, and nothing if it is clear. Custom forms repeat the choice
 * in a hidden field, so `false`, `off`, `no`, `0` and the empty value count as clear: no long-term session by accident.
 */
function isTicked(parameters: RequestParameters, name: string): boolean {
  return !["", "false", "off", "no", "0"].includes((parameters.get(name) ?? "").toLowerCase());
}
