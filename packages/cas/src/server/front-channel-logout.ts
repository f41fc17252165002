import { CasError } from "./cas-error.ts";
import { parseService, withParameters } from "./service.ts";

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
