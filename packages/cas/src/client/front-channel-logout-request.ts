import { readUtf8 } from "../form-component.ts";
import { invalidLogoutRequest, type ReceivedLogoutRequest, readLogoutMessage } from "./logout-request.ts";
import { readCapped } from "./read-capped.ts";

/** A message has about 350 characters; the limits keep a small value from inflating to megabytes. */
const longestValue = 8_192;
const longestMessage = 16_384;

/**
 * Reads a front-channel logout: the parameter `logoutRequest` of a GET, deflated (zlib) and encoded in base64. Browsers
 * deliver it to sites that the hub cannot reach. As for `parseLogoutRequest`, end only the session with exactly that index:
 * any page can make a browser load this address.
 *
 * @param value the parameter, percent-decoded once
 * @throws CasClientError `logout_request_invalid` unless it is base64 of a complete zlib stream of a plain
 *   `samlp:LogoutRequest` with exactly one session index
 * @see CAS protocol 3.0.3, section 2.3.3; RFC 1950; RFC 4648, section 4
 */
export async function readFrontChannelLogoutRequest(value: string): Promise<ReceivedLogoutRequest> {
  if (value.length > longestValue) return invalidLogoutRequest(`value longer than ${longestValue}`);
  const inflated = await inflate(decodeBase64(value));
  if (inflated === null) return invalidLogoutRequest(`message longer than ${longestMessage}`);
  const xml = readUtf8(inflated);
  return xml === null ? invalidLogoutRequest("message that is not UTF-8") : readLogoutMessage(xml);
}

/** Strict, because `atob` ignores spaces: an unencoded `+` arrives as a space. */
function decodeBase64(value: string): Uint8Array<ArrayBuffer> {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)) {
    return invalidLogoutRequest("value that is not base64");
  }
  return Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
}

async function inflate(deflated: Uint8Array<ArrayBuffer>): Promise<Uint8Array | null> {
  const inflated = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate"));
  try {
    return await readCapped(new Response(inflated), longestMessage);
  } catch (cause) {
    return invalidLogoutRequest("value that does not inflate", cause);
  }
}
