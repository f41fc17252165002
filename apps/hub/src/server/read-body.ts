/** Reads what a request brings. */
import { HubError } from "../http/hub-error.ts";

/** No form or message of the hub is longer, in bytes. */
const longest = 65_536;

/**
 * Hono's own `bodyLimit` makes a new `Request` of one that comes in chunks, which fails unless the adapter replaces
 * the global `Request`, and ours leaves the globals of this process alone.
 *
 * @throws HubError `body_too_large`, as soon as that is known; `body_incomplete`
 */
export async function readBody(request: Request): Promise<Uint8Array> {
  const length = request.headers.get("content-length");
  if (Number(length) > longest) throw bodyTooLarge();
  try {
    // Node holds the body to the length it was announced with.
    return length === null ? await readChunks(request.body) : new Uint8Array(await request.arrayBuffer());
  } catch (error) {
    if (error instanceof HubError) throw error;
    // Broken off, or not in the form it was announced in: the caller's doing, whatever code it comes with.
    throw new HubError(400, "body_incomplete", "This cannot be read", [
      "The request ended before all of it was here.",
    ]);
  }
}

/** Leaves the rest unread when it is too much: to cancel would close the connection before the refusal is out. */
async function readChunks(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > longest) throw bodyTooLarge();
    chunks.push(part.value);
  }
  return Buffer.concat(chunks);
}

function bodyTooLarge(): HubError {
  return new HubError(413, "body_too_large", "This is too much", [`Send at most ${longest} bytes.`]);
}
