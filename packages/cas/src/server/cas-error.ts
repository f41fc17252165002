/** Error codes of the specification. */
export type CasErrorCode =
  | "INVALID_REQUEST"
  | "INVALID_TICKET_SPEC"
  | "UNAUTHORIZED_SERVICE"
  | "UNAUTHORIZED_SERVICE_PROXY"
  | "INVALID_PROXY_CALLBACK"
  | "INVALID_TICKET"
  | "INVALID_SERVICE"
  | "INTERNAL_ERROR";

/**
 * Error of the CAS protocol. `code` and `description` are sent to the site, so a description never contains input: an
 * echoed ticket caused cross-site scripting in a ticket API (CVE-2021-42567). Details for operators go into `cause`, which
 * is not rendered.
 *
 * @see CAS protocol 3.0.3, section 2.5.3
 */
export class CasError extends Error {
  override readonly name = "CasError";
  readonly code: CasErrorCode;
  /** Says to a site's developer what is wrong and what to do. */
  readonly description: string;

  constructor(code: CasErrorCode, description: string, options?: { readonly cause?: unknown }) {
    super(description, options);
    this.code = code;
    this.description = description;
  }
}
