import { CasError } from "./cas-error.ts";
import type { RequestParameters } from "./parameters.ts";
import { escapeXml, type Rendered } from "./rendered.ts";
import { parseService, type Service, withParameters } from "./service.ts";

/**
 * Where `/logout` may send a person afterwards, provided that the registry knows the address. An address
 * that cannot be read is as good as none: nothing about it may keep anybody signed in. `url`, of CAS 2,
 * is ignored.
 *
 * @returns `null` when a page says that she is signed out
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

/**
 * Whether a browser can bring a logout request to an address: with a ticket in its query it would be a sign-in, and
 * with a `logoutRequest` there would be two.
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
 * Where a browser brings a logout request to: the address with the message, deflated (zlib) and in base64. Not in
 * the specification; it is what clients that know of the front channel read.
 *
 * @param address the site's logout address, or its service, when `isFrontChannelAddress`; its query is kept
 * @param xml from `renderLogoutRequest`
 * @see RFC 1950
 */
export async function frontChannelLogoutUrl(address: string, xml: string): Promise<string> {
  const deflated = new Blob([xml]).stream().pipeThrough(new CompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
  const logoutRequest = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return withParameters(parseService(address), { logoutRequest });
}
