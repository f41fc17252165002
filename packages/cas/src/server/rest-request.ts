import { CasError } from "./cas-error.ts";
import { isSet, type RequestParameters } from "./parameters.ts";
import { parseService, type Service } from "./service.ts";

/** An incomplete or unsupported REST request. The message may be shown. */
export class RestRequestError extends Error {
  override readonly name = "RestRequestError";
  readonly code: "credentials_missing" | "service_missing" | "service_invalid" | "token_unsupported";

  constructor(code: RestRequestError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

export interface RestCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Reads the form of `POST /v1/tickets`.
 *
 * @throws RestRequestError without username or password, or if a JWT is requested (`token`), which is not supported
 */
export function parseRestCredentials(parameters: RequestParameters): RestCredentials {
  if (isSet(parameters, "token"))
    throw new RestRequestError(
      "token_unsupported",
      "Sessions are not given as tokens of their own; leave token out.",
    );
  const username = (parameters.get("username") ?? "").trim();
  const password = parameters.get("password") ?? "";
  if (username === "" || password === "")
    throw new RestRequestError("credentials_missing", "Send username and password.");
  return { username, password };
}

export interface RestTicketRequest {
  readonly service: Service;
  /** Credentials sent for `renew`; `null` without `renew`. */
  readonly credentials: RestCredentials | null;
}

/**
 * Reads the form of `POST /v1/tickets/{TGT}`.
 *
 * @throws RestRequestError without a valid service, or for `renew` without credentials
 */
export function parseRestTicketRequest(parameters: RequestParameters): RestTicketRequest {
  const service = parameters.get("service") ?? "";
  if (service === "") throw new RestRequestError("service_missing", "Send the service to get a ticket for.");
  return {
    service: readService(service),
    credentials: isSet(parameters, "renew") ? parseRestCredentials(parameters) : null,
  };
}

function readService(service: string): Service {
  try {
    return parseService(service);
  } catch (error) {
    if (error instanceof CasError) throw new RestRequestError("service_invalid", error.description);
    throw error;
  }
}
