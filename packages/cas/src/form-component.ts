/** Why a piece of a form could not be read. */
export type FormComponentFault = "badly-encoded" | "not-utf8";

/**
 * Reads one name or value of `application/x-www-form-urlencoded`, strictly: a lone `%` and bytes that
 * are not UTF-8 are faults. `URLSearchParams` lets both pass and replaces what it cannot read, so two
 * readers of one request could see different values.
 *
 * @see WHATWG URL, application/x-www-form-urlencoded parsing
 */
export function readFormComponent(
  encoded: string,
): { readonly text: string } | { readonly fault: FormComponentFault } {
  // A string with half a surrogate pair was not made from UTF-8.
  if (!encoded.isWellFormed()) return { fault: "not-utf8" };
  try {
    return { text: decodeURIComponent(encoded.replaceAll("+", " ")) };
  } catch {
    return { fault: /%(?![0-9A-Fa-f]{2})/.test(encoded) ? "badly-encoded" : "not-utf8" };
  }
}

/** Splits `name=value` at its first equals sign; without one it is all name. */
export function splitFormPair(pair: string): { readonly name: string; readonly value: string } {
  const equals = pair.indexOf("=");
  return equals < 0
    ? { name: pair, value: "" }
    : { name: pair.slice(0, equals), value: pair.slice(equals + 1) };
}

/** Bytes of a body as text; `null` when they are not UTF-8. */
export function readUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
