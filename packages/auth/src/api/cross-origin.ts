/**
 * Lets pages of chosen origins read an API. Credentials travel in the Authorization header only, so cookies are never allowed.
 *
 * @see Fetch, section 3.3 (CORS protocol)
 */

/** Seconds for which a browser need not ask again. */
const preflightLife = 600;

/** Headers of answers that scripts may read besides those that Fetch lets every script read. */
const readable = "www-authenticate, retry-after";

export interface CrossOrigin {
  /** Answers a preflight request of a chosen origin; `undefined`: not a preflight of a chosen origin. @param allow methods, as in `Allow` */
  preflight(request: Request, allow: string): Response | undefined;
  /** Adds the headers that let the page that asked read an answer, if its origin is chosen. */
  addHeaders(request: Request, headers: Headers): void;
}

/** Whether browsers send this text as `Origin`. `URL` has no origin for the schemes of web views, such as `capacitor:`. */
function isOrigin(text: string): boolean {
  if (!/^[a-z][a-z\d+.-]*:\/\/[a-z\d.:[\]-]+$/.test(text) || !URL.canParse(text)) return false;
  return !/^https?:/.test(text) || new URL(text).origin === text;
}

/**
 * @param origins such as `https://app.example`, compared exactly
 * @throws TypeError when one is no origin
 */
export function crossOrigin(origins: readonly string[]): CrossOrigin {
  for (const origin of origins)
    if (!isOrigin(origin))
      throw new TypeError(
        `origins of protectApi: ${JSON.stringify(origin)} should be an origin such as https://app.example, without path.`,
      );
  const chosen = new Set(origins);
  const originOf = ({ headers }: Request): string | undefined => {
    const origin = headers.get("origin");
    return origin !== null && chosen.has(origin) ? origin : undefined;
  };
  return {
    preflight(request, allow) {
      if (originOf(request) === undefined || !request.headers.has("access-control-request-method"))
        return undefined;
      const headers = new Headers({
        "access-control-allow-methods": allow,
        "access-control-max-age": String(preflightLife),
      });
      // A chosen origin may send any header; the wildcard would leave out Authorization.
      const asked = request.headers.get("access-control-request-headers");
      if (asked !== null) headers.set("access-control-allow-headers", asked);
      return new Response(null, { status: 204, headers });
    },
    addHeaders(request, headers) {
      if (chosen.size === 0) return;
      headers.append("vary", "Origin");
      const origin = originOf(request);
      if (origin === undefined) return;
      headers.set("access-control-allow-origin", origin);
      headers.set("access-control-expose-headers", readable);
    },
  };
}
