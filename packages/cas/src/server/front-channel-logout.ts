import { parseService, withParameters } from "./service.ts";

/**
 * Where a browser brings a logout request to: the address with the message, deflated (zlib) and in base64. Not in
 * the specification; it is what clients that know of the front channel read.
 *
 * @param address the site's logout address, or its service; its query is kept
 * @param xml from `renderLogoutRequest`
 * @see RFC 1950
 */
export async function frontChannelLogoutUrl(address: string, xml: string): Promise<string> {
  const deflated = new Blob([xml]).stream().pipeThrough(new CompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
  const logoutRequest = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return withParameters(parseService(address), { logoutRequest });
}
