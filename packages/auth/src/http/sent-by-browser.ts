/** Request headers that browsers set and pages cannot. @see https://www.w3.org/TR/fetch-metadata/ */

/**
 * Whether the browser navigates to an address instead of loading it as part of a page.
 *
 * `empty` beside `navigate` is a navigation that the site's own service worker passed through: no page can send that,
 * and a service worker sees no navigation of other sites. Programs and old browsers say nothing, or like Node's fetch a
 * mode and no destination: null.
 */
export function isNavigation(headers: Headers): boolean | null {
  const mode = headers.get("sec-fetch-mode");
  const destination = headers.get("sec-fetch-dest");
  if (destination === null) return mode === "navigate" ? true : null;
  if (destination === "empty") return mode === "navigate";
  return destination === "document";
}

/** Whether the browser prefetches a page. */
export function isAhead(headers: Headers): boolean {
  return /prefetch|prerender/i.test(headers.get("sec-purpose") ?? headers.get("purpose") ?? "");
}

/**
 * The site's origin as the browser reports it, when a page of the site sent the request; null when unknown. Unlike `Host`,
 * no proxy changes it.
 */
export function originInBrowser(headers: Headers): string | null {
  if (headers.get("sec-fetch-site") !== "same-origin") return null;
  const said = headers.get("origin") ?? headers.get("referer");
  const url = said === null ? null : URL.parse(said);
  return url && /^https?:$/.test(url.protocol) ? url.origin : null;
}
