/**
 * Redirects requests with raw UTF-8 bytes in the address to the same address, percent-encoded. Node's parser rejects such
 * requests before the hub reads them; mod_auth_cas sends them to validate tickets (docs/decisions/0021).
 */
import { isUtf8 } from "node:buffer";
import type { Duplex } from "node:stream";

/** Node's error for a request that its parser rejected. */
interface Unreadable extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

const longestLine = 16_384;
/** Exactly one leading slash: two begin a host name, and browsers read a backslash as a slash. No control characters. */
const requestLine = /^(?:GET|HEAD|POST) (\/(?!\/)(?:(?!\\)[!-~\u{a0}-\u{10ffff}])*) HTTP\/1\.[01]\r?$/u;

/**
 * Handler for a server's `clientError`, before the general one (`answer-unreadable.ts`).
 *
 * @returns whether it was answered
 * @see RFC 3986, section 2.5; RFC 9110, section 15.4.9
 */
export function answerRawBytes(error: Error, socket: Duplex): boolean {
  const location = encodedTarget(error);
  if (location === undefined || !socket.writable) return false;
  const body = JSON.stringify({
    error: "address_not_encoded",
    message: "Percent-encode the address. Location holds the encoded form.",
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

/** The encoded target of a request whose only fault is raw UTF-8 beyond ASCII; `undefined`: the request has another fault. */
function encodedTarget({ code, rawPacket }: Unreadable): string | undefined {
  if (code !== "HPE_INVALID_URL" || rawPacket === undefined) return undefined;
  const line = rawPacket.subarray(0, rawPacket.indexOf("\n"));
  if (line.length > longestLine || !isUtf8(line)) return undefined;
  const [, target] = requestLine.exec(line.toString()) ?? [];
  // The redirect target must pass Node's parser, or the redirects would loop.
  const encoded = target?.replace(/[^!-~]+/g, encodeURIComponent);
  return encoded === target ? undefined : encoded;
}
