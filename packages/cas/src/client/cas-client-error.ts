/** Stable error codes. */
export type CasClientErrorCode =
  /** The hub's address is invalid. */
  | "hub_url_invalid"
  /** The response is not a validation: wrong address, page of a proxy, other version. */
  | "hub_answer_invalid"
  /** The hub failed (`INTERNAL_ERROR`, or a status of 500 and above). */
  | "hub_failed"
  /** `INVALID_REQUEST`. */
  | "request_refused"
  /** `INVALID_TICKET`: unknown, used, expired, of an ended session, or not from credentials despite `renew`. */
  | "ticket_refused"
  /** `INVALID_TICKET_SPEC`: another kind of ticket. */
  | "ticket_kind_refused"
  /** `INVALID_SERVICE`: not the service of the login. */
  | "service_mismatch"
  /** `UNAUTHORIZED_SERVICE` and other codes: the site's registration does not allow this. */
  | "site_refused"
  /** Malformed logout request. */
  | "logout_request_invalid";

/** Error of the client half. The message says what to do and contains no ticket. */
export class CasClientError extends Error {
  override readonly name = "CasClientError";
  readonly code: CasClientErrorCode;
  /** The hub's message, for the log; untrusted. */
  readonly detail: string | null;

  constructor(
    code: CasClientErrorCode,
    message: string,
    options: { readonly detail?: string; readonly cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.detail = options.detail ?? null;
  }
}
