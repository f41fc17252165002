import { isSet, type RequestParameters } from "./parameters.ts";
import { parseService, type Service } from "./service.ts";

/**
 * What somebody who comes to `/login` asks for. A `method` other than GET is not supported yet and
 * answered by GET, which the specification leaves to the server.
 */
export interface LoginRequest {
  /** Where to go afterwards; `null`: only a central session is wanted. */
  readonly service: Service | null;
  /** Ask for credentials whatever session there is. */
  readonly renew: boolean;
  /** Ask for nothing: recognise the person or send her back. */
  readonly gateway: boolean;
}

/**
 * Reads what `/login` was asked for, as requestor and as acceptor alike. An empty `service` is none.
 *
 * @throws CasError `INVALID_SERVICE` when `service` is no address to send anybody to
 * @see CAS protocol 3.0.3, sections 2.1.1 and 2.2.1
 */
export function parseLoginRequest(parameters: RequestParameters): LoginRequest {
  const service = parameters.get("service") ?? "";
  return {
    service: service === "" ? null : parseService(service),
    renew: isSet(parameters, "renew"),
    gateway: isSet(parameters, "gateway"),
  };
}

/** What the login form was sent with. */
export interface LoginSubmission {
  readonly request: LoginRequest;
  /** Empty when it was not given; the screen says so. */
  readonly username: string;
  /** Exactly as typed. */
  readonly password: string;
  /** As presented; `null` when the form had none. Whoever made it judges it. */
  readonly loginTicket: string | null;
}

/**
 * Reads what the login form was sent with. A user name or password that is missing is no error of the
 * protocol but of typing, so it comes out empty.
 *
 * @throws CasError `INVALID_SERVICE` as `parseLoginRequest`
 * @see CAS protocol 3.0.3, section 2.2.2
 */
export function parseLoginSubmission(parameters: RequestParameters): LoginSubmission {
  return {
    request: parseLoginRequest(parameters),
    username: parameters.get("username") ?? "",
    password: parameters.get("password") ?? "",
    loginTicket: parameters.get("lt") ?? null,
  };
}
