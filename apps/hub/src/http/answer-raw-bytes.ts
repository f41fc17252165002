/**
 * Sends clients that write letters of other scripts into an address as they are to the same address, percent-encoded.
 * Node's parser ends such a request before anybody reads it; mod_auth_cas validates its tickets so
 * (docs/decisions/0021).
 */
import { isUtf8 } from "node:buffer";
import type { Duplex } from "node:stream";

/** What Node says of a request that it could not read. */
interface Unreadable extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

const longestLine = 16_384;
/** One slash alone: two would begin the name of a host, and to a browser a backslash is a slash. No control character. */
const requestLine = /^(?:GET|HEAD|POST) (\/(?!\/)(?:(?!\\)[!-~\u{a0}-\u{10ffff}])*) HTTP\/1\.[01]\r?$/u;

/**
 * For a server's `clientError`, ahead of what answers everything else.
 *
 * @returns whether it was answered
 * @see RFC 3986, section 2.5; RFC 9110, section 15.4.9
 */
export function answerRawBytes(error: Error, socket: Duplex): boolean {
  const location = encodedTarget(error);
  if (location === undefined || !socket.writable) return false;
  const body = JSON.stringify({
    error: "address_not_encoded",
    message: "Percent-encode the address. Encoded, it is the one in Location.",
  });
  const head = [
    "HTTP/1.1 308 Permanent Redirect",
    `location: ${location}`,
    "content-type: application/json",
    "cache-control: no-store",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  return true;
}

/** The target of a request whose only fault is bytes of UTF-8 beyond ASCII; `undefined`: it has another. */
function encodedTarget({ code, rawPacket }: Unreadable): string | undefined {
  if (code !== "HPE_INVALID_URL" || rawPacket === undefined) return undefined;
  const line = rawPacket.subarray(0, rawPacket.indexOf("\n"));
  if (line.length > longestLine || !isUtf8(line)) return undefined;
  const [, target] = requestLine.exec(line.toString()) ?? [];
  // What is left has to be what Node's parser takes, or this would go on for ever.
  const encoded = target?.replace(/[^!-~]+/g, encodeURIComponent);
  return encoded === target ? undefined : encoded;
}
