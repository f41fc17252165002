/**
 * Reads a body up to a limit in bytes, so that an endless one does not fill the memory.
 *
 * @returns `null` if it is longer
 */
export async function readCapped(body: Response | Request, longest: number): Promise<Uint8Array | null> {
  const reader = body.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
    length += read.value.length;
    if (length > longest) {
      await reader?.cancel();
      return null;
    }
    chunks.push(read.value);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
