/**
 * Rules for new passwords. They ensure that a password can be entered everywhere: in the form, by REST and by HTTP
 * clients, which all restrict their input.
 */

/**
 * Maximum length. Far below the 4,096 bytes that servers, browsers and password managers accept, and longer than
 * anybody would type.
 *
 * @see NIST SP 800-63B-4, section 3.1.1.2 (at least 64 characters are permitted)
 */
const longestPassword = 512;

/**
 * Browsers drop line breaks from a password field, keyboards cannot type control characters, and RFC 7617 forbids them.
 */
const control = /[\p{Cc}\u2028\u2029]/u;

/**
 * Returns the reason why a password cannot be set; `undefined`: it is allowed. The length is counted in characters,
 * after the normalization that precedes hashing.
 *
 * @param shortest minimum number of characters
 */
export function passwordFault(password: string, shortest: number): string | undefined {
  if (!password.isWellFormed()) return "the password must be text in UTF-8.";
  const { length } = [...password.normalize("NFC")];
  if (length < shortest) return `the password must have at least ${shortest} characters.`;
  if (length > longestPassword) return `the password must have at most ${longestPassword} characters.`;
  if (control.test(password))
    return "the password must not contain line breaks, TABs or other control characters: they cannot be typed into the form.";
  return undefined;
}

/**
 * Reads a password from standard input, without the line break that editors and `echo` append.
 *
 * @returns `undefined`: not UTF-8; a browser would send a different password
 */
export function readGivenPassword(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch {
    return undefined;
  }
}
