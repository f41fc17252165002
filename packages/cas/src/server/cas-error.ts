/** The codes CAS answers with; the spelling is the specification's. */
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
 * The one error of the protocol. `code` and `description` go out on the wire, so a description is
 * written by us, never made of what came in: an echoed ticket is how a ticket API got its cross-site
 * scripting (CVE-2021-42567). What an operator needs besides goes into `cause`, which no renderer reads.
 *
 * @see CAS protocol 3.0.3, section 2.5.3
 */
export class CasError extends Error {
  override readonly name = "CasError";
  readonly code: CasErrorCode;
  /** One sentence for whoever integrates a site: what is wrong and what to do. */
  readonly description: string;

  constructor(code: CasErrorCode, description: string, options?: { readonly cause?: unknown }) {
    super(description, options);
    this.code = code;
    this.description = description;
  }
}
