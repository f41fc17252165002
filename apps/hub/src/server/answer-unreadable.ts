/** Answers requests that are not valid HTTP with an explanation; Node alone would send only a status. */
import type { Duplex } from "node:stream";

/** Answers by the code of Node's error; every other code means that the request is not HTTP. */
const answers: Readonly<Record<string, readonly [status: string, code: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    "headers_too_large",
    "The headers are longer than 32 kB. If this is a browser, delete the cookies of this site and try again.",
  ],
  HPE_INVALID_URL: [
    "400 Bad Request",
    "bad_request",
    "The address contains a character that is not allowed there. Percent-encode it, as UTF-8.",
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [
    "413 Content Too Large",
    "body_too_large",
    "The chunk extensions are too long. Send the body without them.",
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    "408 Request Timeout",
    "request_timeout",
    "The request did not arrive in time. Send it again.",
  ],
};
const notHttp = ["400 Bad Request", "bad_request", "This is not a valid HTTP/1.1 request."] as const;

/** Handler for a server's `clientError`. */
export function answerUnreadable(error: Error, socket: Duplex): void {
  if ((error as NodeJS.ErrnoException).code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = answers[(error as NodeJS.ErrnoException).code ?? ""] ?? notHttp;
  const body = JSON.stringify({ error: code, message });
  const head = [
    `HTTP/1.1 ${status}`,
    "content-type: application/json",
    "cache-control: no-store",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
