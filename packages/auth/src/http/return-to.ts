/** Maximum length of a path to return to. */
const longest = 800;
/** Maximum length as encoded in the service URL, which may have 2048 characters in all. */
const longestEncoded = 1_400;

/** Query parameter that records that the hub was asked, for browsers that keep no cookies. */
export const askedMarker = { name: "gatehouse", value: "asked" } as const;

/**
 * A path that a browser may be redirected to, or null.
 *
 * Resolves the path as a browser does; the result must stay on the site. The package's own routes are refused, because
 * they would redirect again.
 */
export function parseReturnTo(value: string | null | undefined, siteUrl: string): string | null {
  if (!value?.startsWith("/") || value.length > longest) return null;
  // Browsers drop tabs and line ends inside URLs and read a backslash as a slash.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\\\u0000-\u001f\u007f]/.test(value)) return null;
  const url = URL.parse(value, siteUrl);
  if (!url || url.origin !== siteUrl || url.username || url.password) return null;
  // "/.//evil.example" resolves to the path "//evil.example", which alone is another site.
  if (url.pathname.startsWith("//") || isOwnRoute(url.pathname)) return null;
  const path = url.pathname + url.search + url.hash;
  return path.length > longest || encodedLength(path) > longestEncoded ? null : path;
}

function encodedLength(path: string): number {
  return new URLSearchParams({ "": path }).toString().length - 1;
}

/** The path to return to in a request to `/api/auth`; `/` when it is missing or refused. */
export function readReturnTo(request: Request): string {
  // Checked against a made-up origin, so that it works with a wrong SITE_URL.
  return parseReturnTo(new URL(request.url).searchParams.get("returnTo"), "http://site.invalid") ?? "/";
}

/** The path of a request, without the query parameters that Next.js and this package add. */
export function pathOfRequest(url: URL): string {
  const own = [askedMarker.name, "_rsc"].filter((name) => url.searchParams.has(name));
  if (own.length === 0) return url.pathname + url.search;
  const query = new URLSearchParams(url.search);
  for (const name of own) query.delete(name);
  return url.pathname + (query.size > 0 ? `?${query}` : "");
}

/** The path with the marker that the hub was asked. */
export function withAskedMarker(path: string, siteUrl: string): string {
  const url = new URL(path, siteUrl);
  url.searchParams.set(askedMarker.name, askedMarker.value);
  return url.pathname + url.search + url.hash;
}

function isOwnRoute(pathname: string): boolean {
  try {
    return /^\/api\/auth(\/|$)/i.test(decodeURIComponent(pathname));
  } catch {
    return true;
  }
}
