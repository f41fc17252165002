/**
 * Request headers that tell where a request comes from: set by the browser, which pages cannot change, or by a proxy.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 */

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

/**
 * Whether a script of the site's own pages fetches a route that is made for navigations. `next/link` does: it fetches a
 * page, the page redirects to the sign-in, and the fetch follows. Next.js hides which fetches are its own; fetches of
 * other sites stay refused.
 */
export function isSoftNavigation({ headers }: Request): boolean {
  return (
    headers.get("sec-fetch-site") === "same-origin" &&
    headers.get("sec-fetch-dest") === "empty" &&
    isNavigation(headers) === false
  );
}

/**
 * Whether a page of the site itself sent a post. Browsers report the origin of every post in headers that pages cannot
 * change, so forms need no token.
 *
 * `Origin: null` alone is refused: sandboxed frames and redirects across sites send it. With `Sec-Fetch-Site: same-origin`
 * it comes from the site's own page under `Referrer-Policy: no-referrer`; sandboxed frames send `cross-site`. A request
 * with neither header does not come from a browser, and is refused too, because an absent header is easier to cause than a
 * wrong one.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 * @see https://fetch.spec.whatwg.org/#origin-header
 */
export function isFromOwnPage(headers: Headers, siteUrl: string): boolean {
  const fetchSite = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  if (fetchSite === null) return origin === siteUrl;
  return fetchSite === "same-origin" && (origin === null || origin === "null" || origin === siteUrl);
}

/** The path of the page, set by `recognise`. Used only as a place to return to, after `parseReturnTo`. */
export const pathHeader = "x-gatehouse-path";

/** The request id, set by a proxy in front or by `recognise`; undefined when it could break a log line. */
export function readRequestId(headers: Headers): string | undefined {
  const id = headers.get("x-request-id");
  return id && /^[A-Za-z0-9-]{8,64}$/.test(id) ? id : undefined;
}
