import { isPlainHost } from "@gatehouse/cas/server";

/**
 * Checks an address of a registration. Hosts are restricted because they become part of the content security policy of
 * pages, and because two spellings must not name one host.
 *
 * @param text as written, with placeholders replaced
 * @returns the fault, worded to follow the name of the field; `undefined`: the address is valid
 */
export function addressFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol) || text.includes("#") || hasUserInfo(text))
    return "should be an http or https URL without user info and fragment";
  return hostFault(text);
}

/** Checks only the host, for addresses that may have another scheme than http or https, or no host. */
export function hostFault(text: string): string | undefined {
  const url = URL.parse(text);
  const hasHost = url !== null && url.host !== "";
  // The URL parser keeps capitals in the hosts of schemes that it does not know.
  if (hasHost && (authorityOf(text).includes("%") || !isPlainHost(url.hostname.toLowerCase())))
    return "should have a host of letters, digits, hyphens and dots, without percent-encoding and without a dot at the end";
  return undefined;
}

/** Checks the text: the parsed URL no longer shows the empty user info of `https://@host/`. */
export function hasUserInfo(text: string): boolean {
  return authorityOf(text).includes("@");
}

function authorityOf(text: string): string {
  return /^(?:https?:[/\\]*|[^:/?#]+:\/\/)([^/\\?#]*)/i.exec(text)?.[1] ?? "";
}
