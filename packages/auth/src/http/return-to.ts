/** Long enough for real pages. */
const longest = 800;
/** Encoded once more, as the service URL carries it; that may have 2048 characters, our own and the site's with it. */
const longestEncoded = 1_400;

/** Says to the recogniser that it has asked already, for browsers that keep no cookies. */
export const askedMarker = { name: "gatehouse", value: "asked" } as const;

/**
 * The path a person may be sent back to, or null.
 *
 * Compares what the browser will do, not the text: a path is resolved as a browser
 * resolves it and has to stay on the site. Our own routes are no place to return to:
 * they would start over and over.
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

/** Where a request to our own routes says to return to; the start page when it says nothing we would follow. */
export function readReturnTo(request: Request): string {
  // Judged as a path of any one origin, so that a site with a wrong SITE_URL can tell where it was.
  return parseReturnTo(new URL(request.url).searchParams.get("returnTo"), "http://site.invalid") ?? "/";
}

/** The path of a request as a person would write it: without what Next.js and we add to it. */
export function pathOfRequest(url: URL): string {
  const own = [askedMarker.name, "_rsc"].filter((name) => url.searchParams.has(name));
  if (own.length === 0) return url.pathname + url.search;
  const query = new URLSearchParams(url.search);
  for (const name of own) query.delete(name);
  return url.pathname + (query.size > 0 ? `?${query}` : "");
}

/** The same path with the note that the hub was asked. */
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
