/** What browsers say about a request by themselves. @see https://www.w3.org/TR/fetch-metadata/ */

/**
 * Whether the browser goes to an address, rather than load it as a part of a page.
 *
 * `empty` beside `navigate` is a navigation that the site's own service worker passed through: no page can send that,
 * and a service worker sees no navigation of other sites. Programs and old browsers say nothing: null.
 */
export function isNavigation(headers: Headers): boolean | null {
  const mode = headers.get("sec-fetch-mode");
  const destination = headers.get("sec-fetch-dest");
  if (destination === null) return mode === null ? null : mode === "navigate";
  if (destination === "empty") return mode === "navigate";
  return destination === "document";
}

/** Whether a page is loaded ahead of a visit that may never come. */
export function isAhead(headers: Headers): boolean {
  return /prefetch|prerender/i.test(headers.get("sec-purpose") ?? headers.get("purpose") ?? "");
}

/**
 * The origin that the browser itself has for the site, when a page of the site sent the request; null when it does not
 * say. Unlike `Host` no proxy in between changes it.
 */
export function originInBrowser(headers: Headers): string | null {
  if (headers.get("sec-fetch-site") !== "same-origin") return null;
  const said = headers.get("origin") ?? headers.get("referer");
  const url = said === null ? null : URL.parse(said);
  return url && /^https?:$/.test(url.protocol) ? url.origin : null;
}
