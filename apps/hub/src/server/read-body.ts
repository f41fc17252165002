/** Reads request bodies. */
import { HubError } from "../http/hub-error.ts";

/** Maximum length of a body, in bytes. No form or message of the hub is longer, except for uploads. */
const longest = 65_536;

/**
 * Reads a body up to the limit. Hono's `bodyLimit` is no alternative: it copies a chunked request into a new `Request`,
 * and that fails unless the adapter replaces the global `Request`. The hub's adapter replaces no globals.
 *
 * @param most maximum length, in bytes
 * @throws HubError `body_too_large`, as soon as the body exceeds the limit; `body_incomplete`
 */
export async function readBody(request: Request, most = longest): Promise<Uint8Array<ArrayBuffer>> {
  const length = request.headers.get("content-length");
  if (Number(length) > most) throw bodyTooLarge(most);
  try {
    // Node enforces the announced length.
    return length === null
      ? await readChunks(request.body, most)
      : new Uint8Array(await request.arrayBuffer());
  } catch (error) {
    if (error instanceof HubError) throw error;
    // The body was cut off, or is not encoded as announced. Both are the caller's faults, whatever the error code is.
    throw new HubError(400, "body_incomplete", "This cannot be read", [
      "The request ended before its body was complete.",
    ]);
  }
}

/** Leaves the rest of a too long body unread: cancelling would close the connection before the refusal is sent. */
async function readChunks(
  body: ReadableStream<Uint8Array> | null,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > most) throw bodyTooLarge(most);
    chunks.push(part.value);
  }
  return Buffer.concat(chunks);
}

function bodyTooLarge(most: number): HubError {
  return new HubError(413, "body_too_large", "This is too much", [`Send at most ${most} bytes.`]);
}
