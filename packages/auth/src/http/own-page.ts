/**
 * Whether a post is from a page of the site's own. Browsers say with every one where it comes from, and a page cannot
 * change what they say, so a form needs no hidden token.
 *
 * `Origin: null` alone is refused: it is what a sandboxed frame sends, and a redirect across sites. Beside
 * `Sec-Fetch-Site: same-origin` it is the site's own page under `Referrer-Policy: no-referrer`: for a sandboxed frame
 * browsers say `cross-site` there. A request that has neither header is no browser's, and nothing but a browser has a
 * cookie worth protecting; it is refused all the same, because an absent header is easier to bring about than a wrong
 * one.
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
