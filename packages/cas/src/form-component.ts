/** Reasons for which a component cannot be decoded. */
export type FormComponentFault = "badly-encoded" | "not-utf8";

/**
 * Decodes one name or value of `application/x-www-form-urlencoded`. A bare `%` and bytes that are not UTF-8 are faults;
 * `URLSearchParams` would replace them, so that two readers of one request could see different values.
 *
 * @see WHATWG URL, application/x-www-form-urlencoded parsing
 */
export function readFormComponent(
  encoded: string,
): { readonly text: string } | { readonly fault: FormComponentFault } {
  // Half a surrogate pair cannot come from UTF-8.
  if (!encoded.isWellFormed()) return { fault: "not-utf8" };
  try {
    return { text: decodeURIComponent(encoded.replaceAll("+", " ")) };
  } catch {
    return { fault: /%(?![0-9A-Fa-f]{2})/.test(encoded) ? "badly-encoded" : "not-utf8" };
  }
}

/** Splits `name=value` at its first equals sign; without one, the value is empty. */
export function splitFormPair(pair: string): { readonly name: string; readonly value: string } {
  const equals = pair.indexOf("=");
  return equals < 0
    ? { name: pair, value: "" }
    : { name: pair.slice(0, equals), value: pair.slice(equals + 1) };
}

/** Decodes UTF-8; `null` for invalid bytes. */
export function readUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
