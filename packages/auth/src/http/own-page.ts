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
