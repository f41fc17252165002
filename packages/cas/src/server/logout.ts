import { CasError } from "./cas-error.ts";
import type { RequestParameters } from "./parameters.ts";
import { escapeXml, type Rendered } from "./rendered.ts";
import { parseService, type Service, withParameters } from "./service.ts";

/**
 * Reads the address to return to after `/logout`; the caller checks that it is registered. An invalid address counts as
 * absent, because it must not prevent a logout. `url` of CAS 2 is ignored.
 *
 * @returns `null` if the hub shows its own page
 * @see CAS protocol 3.0.3, sections 2.3.1 and 2.3.2
 */
export function parseLogoutReturn(parameters: RequestParameters): Service | null {
  try {
    return parseService(parameters.get("service") ?? "");
  } catch (error) {
    if (error instanceof CasError) return null;
    throw error;
  }
}

/** Message to a site that a session has ended. */
export interface LogoutRequest {
  /** `createTicketId("LR")`; begins with a letter. */
  readonly id: string;
  readonly issueInstant: Date;
  /** The service ticket with which the site session began. */
  readonly sessionIndex: string;
}

/**
 * Renders the message that ends a site session. The prefixes are those of appendix C, because some clients search the text
 * instead of parsing XML.
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
 * Form body of a back-channel logout. The field's name is not in the specification; all clients use it.
 *
 * @param xml result of `renderLogoutRequest`
 * @see CAS protocol 3.0.3, section 2.3.3
 */
export function logoutRequestForm(xml: string): Rendered {
  return {
    body: new URLSearchParams({ logoutRequest: xml }).toString(),
    contentType: "application/x-www-form-urlencoded",
  };
}

/**
 * Whether an address can receive a front-channel logout. With a ticket in its query it would be a login, and with a
 * `logoutRequest` there would be two.
 *
 * @see CAS protocol 3.0.3, section 2.1.1
 */
export function isFrontChannelAddress(address: string): boolean {
  try {
    return !new URL(parseService(address).url).searchParams.has("logoutRequest");
  } catch (error) {
    if (error instanceof CasError) return false;
    throw error;
  }
}

/**
 * Address of a front-channel logout: the message is deflated (zlib) and encoded in base64. The format is not in the
 * specification; clients with a front channel use it.
 *
 * @param address logout address or service of the site, accepted by `isFrontChannelAddress`; its query stays unchanged
 * @param xml result of `renderLogoutRequest`
 * @see RFC 1950
 */
export async function frontChannelLogoutUrl(address: string, xml: string): Promise<string> {
  const deflated = new Blob([xml]).stream().pipeThrough(new CompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
  const logoutRequest = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return withParameters(parseService(address), { logoutRequest });
}
