import { escapeXml } from "./escape-xml.ts";
import type { Rendered } from "./rendered.ts";

/** One message to one site that a session of hers is over. */
export interface LogoutRequest {
  /** Begins with a letter: `createTicketId("LR")`. */
  readonly id: string;
  readonly issueInstant: Date;
  /** The service ticket that the site once validated. */
  readonly sessionIndex: string;
}

/**
 * Writes the message that ends a site's session. The name is `@NOT_USED@` by specification; the
 * prefixes are those of appendix C, for which some clients search the text instead of reading XML.
 *
 * @see CAS protocol 3.0.3, section 2.3.3 and appendix C
 */
export function renderLogoutRequest({ id, issueInstant, sessionIndex }: LogoutRequest): string {
  return [
    `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="${escapeXml(id)}" Version="2.0" IssueInstant="${issueInstant.toISOString()}">`,
    '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">@NOT_USED@</saml:NameID>',
    `<samlp:SessionIndex>${escapeXml(sessionIndex)}</samlp:SessionIndex>`,
    "</samlp:LogoutRequest>",
  ].join("");
}

/**
 * Puts the message into the form that sites expect. The field's name is not in the specification; every
 * client knows it.
 *
 * @param xml from `renderLogoutRequest`
 * @see CAS protocol 3.0.3, section 2.3.3
 */
export function logoutRequestForm(xml: string): Rendered {
  return {
    body: new URLSearchParams({ logoutRequest: xml }).toString(),
    contentType: "application/x-www-form-urlencoded",
  };
}
