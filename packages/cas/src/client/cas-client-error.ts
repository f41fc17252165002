/** What can go wrong at a site; stable, for code and for logs. */
export type CasClientErrorCode =
  /** The hub's address is not one. */
  | "hub_url_invalid"
  /** The hub answered, but not with a validation: wrong address, proxy page, other version. */
  | "hub_answer_invalid"
  /** The hub said that it failed (`INTERNAL_ERROR`, or a status of 500 and above). */
  | "hub_failed"
  /** `INVALID_REQUEST`. */
  | "request_refused"
  /** `INVALID_TICKET`: unknown, spent, too old, from a session that ended, or renew was not satisfied. */
  | "ticket_refused"
  /** `INVALID_TICKET_SPEC`: a ticket of another kind. */
  | "ticket_kind_refused"
  /** `INVALID_SERVICE`: not the service of the login. */
  | "service_mismatch"
  /** `UNAUTHORIZED_SERVICE` and other codes: the hub will not do that for this site. */
  | "site_refused"
  /** A logout request that is none. */
  | "logout_request_invalid";

/** The one error of the client half. Its message says what to do, and never holds a ticket. */
export class CasClientError extends Error {
  override readonly name = "CasClientError";
  readonly code: CasClientErrorCode;
  /** The hub's own words, for the log. They came from outside. */
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
