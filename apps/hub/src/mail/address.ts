/**
 * The one rule of what an email address is, for sign-up, operators' commands and every mail that the hub sends.
 *
 * The local part is ASCII, unquoted: few mail servers accept others (SMTPUTF8), and letters of other scripts make addresses
 * that look the same (`аda@` with a Cyrillic а). An internationalised domain is stored and shown in its ASCII form
 * (`xn--…`), so it cannot pass for another one either.
 *
 * @see RFC 5321, section 4.1.2 and section 4.5.3.1
 * @see RFC 5322, section 3.4.1
 */
import { isIP } from "node:net";

/** Longest address, in characters. @see RFC 5321, section 4.5.3.1.3 (a path of 256 with its brackets) */
const longestAddress = 254;
/** @see RFC 5321, section 4.5.3.1.1 */
const longestLocalPart = 64;
const dotAtom = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** Characters that end or change the host name in a URL, and all that cannot be seen. */
const neverInDomain = /[\p{C}\p{Z}/\\:?#@%[\]<>^|"'`{}(),;!$&*+=~_]/u;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * @param text as typed, without spaces around it
 * @returns the address in lower case with an ASCII domain, the form that is stored and compared; `null`: not an address
 */
export function parseAddress(text: string): string | null {
  if (text.length > longestAddress) return null;
  const at = text.indexOf("@");
  const localPart = text.slice(0, at).toLowerCase();
  const domain = asciiDomain(text.slice(at + 1));
  if (at < 1 || localPart.length > longestLocalPart || !dotAtom.test(localPart) || domain === null)
    return null;
  const address = `${localPart}@${domain}`;
  return address.length > longestAddress ? null : address;
}

/** @returns `null` for anything but a name with at least two labels: addresses of machines receive no mail */
function asciiDomain(domain: string): string | null {
  if (neverInDomain.test(domain)) return null;
  const hostname = URL.parse(`http://${domain}`)?.hostname ?? "";
  const labels = hostname.split(".");
  if (isIP(hostname) !== 0 || labels.length < 2 || !labels.every((one) => label.test(one))) return null;
  return hostname;
}
