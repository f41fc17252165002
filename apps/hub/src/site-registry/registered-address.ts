import { isPlainHost } from "@gatehouse/cas/server";

/**
 * Why an address cannot stand in a registration: hosts of registrations are written into the policies of pages, and one
 * address must not have a twin that reads alike.
 *
 * @param text as written, placeholders filled
 * @returns a sentence that follows the name of a field; `undefined`: it can
 */
export function addressFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol) || text.includes("#") || hasUserInfo(text))
    return "should be an http or https URL without user info and fragment";
  return hostFault(text);
}

/** The part of it that says what a host may be, for addresses that need not be http or https, nor have a host. */
export function hostFault(text: string): string | undefined {
  const url = URL.parse(text);
  const hasHost = url !== null && url.host !== "";
  // Of a scheme that the URL parser does not know, it leaves capitals as they are.
  if (hasHost && (authorityOf(text).includes("%") || !isPlainHost(url.hostname.toLowerCase())))
    return "should have a host of letters, digits, hyphens and dots, nothing encoded and no dot at its end";
  return undefined;
}

/** Checks the text: the parsed URL no longer shows the empty user info of `https://@host/`. */
export function hasUserInfo(text: string): boolean {
  return authorityOf(text).includes("@");
}

function authorityOf(text: string): string {
  return /^(?:https?:[/\\]*|[^:/?#]+:\/\/)([^/\\?#]*)/i.exec(text)?.[1] ?? "";
}
