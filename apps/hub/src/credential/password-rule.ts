/**
 * Which passwords can be set. Whatever is set here can be typed at every place that takes a password: the form, REST
 * and HTTP clients, which all limit what they carry.
 */

/**
 * Far below the 4,096 bytes that other servers, browsers and password managers carry safely, far above what anybody types.
 *
 * @see NIST SP 800-63B-4, section 3.1.1.2 (at least 64 characters are permitted)
 */
const longestPassword = 512;

/** Browsers drop line breaks from a password field, keyboards make no controls, and RFC 7617 forbids them. */
const control = /[\p{Cc}\u2028\u2029]/u;

/**
 * Why a password cannot be set; `undefined`: it can. Length is counted in characters, after the normalization that
 * passwords are hashed with.
 *
 * @param shortest fewest characters
 */
export function passwordFault(password: string, shortest: number): string | undefined {
  if (!password.isWellFormed()) return "a password is text in UTF-8.";
  const { length } = [...password.normalize("NFC")];
  if (length < shortest) return `a password has at least ${shortest} characters.`;
  if (length > longestPassword) return `a password has at most ${longestPassword} characters.`;
  if (control.test(password))
    return "a password has no line breaks, TABs or other control characters: they cannot be typed into the form.";
  return undefined;
}

/**
 * A password as a program was given it, on standard input. Editors and `echo` end it with a line break.
 *
 * @returns `undefined`: it is not UTF-8, and would be another password in a browser
 */
export function readGivenPassword(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch {
    return undefined;
  }
}
