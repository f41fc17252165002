export interface BasicCredentials {
  readonly userId: string;
  readonly password: string;
}

/** Decodes strictly: text that is not UTF-8 is no username. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const longest = 4000;

/**
 * Reads username and password from `Basic` credentials, as UTF-8, as the challenge requires, in normalization form C.
 *
 * @param token68 the header's text after the scheme's name
 * @returns `undefined` when the text is not base64 of UTF-8 with a colon, or contains control characters
 * @see RFC 7617, sections 2 and 2.1
 */
export function readBasicCredentials(token68: string): BasicCredentials | undefined {
  if (token68.length > longest || !/^[A-Za-z0-9+/]+={0,2}$/.test(token68)) return undefined;
  const text = decode(Buffer.from(token68, "base64"));
  const colon = text.indexOf(":");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the section forbids
  if (colon === -1 || /[\u0000-\u001f\u007f]/.test(text)) return undefined;
  return { userId: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes).normalize("NFC");
  } catch {
    return "";
  }
}
