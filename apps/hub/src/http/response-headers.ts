/** Headers of every answer of the hub. */

/**
 * For pages: no inline script, no inline style but the document's, nothing from other origins, never in a frame. The referrer policy is
 * `same-origin`, because under `no-referrer` browsers send `Origin: null` with the hub's own forms.
 *
 * @param options.secure whether the hub is served over https
 * @param options.formsLeaveHub the page's form posts to a site. Browsers apply `form-action` to every redirect that
 *   follows, and the site may redirect anywhere, so the directive is omitted. The forms of all other pages post to the
 *   hub, which answers with a page when the destination is a site (`leaving-page.ts`)
 * @param options.keepsOpener the page belongs to the sign-in of a site that opens it in a popup. A single page with
 *   another value of this policy separates the popup from its opener
 * @param options.styleSources sources of the document's styles
 * @param options.pictureSources origins of front-channel logout, which the page loads as hidden pictures
 */
export function pageHeaders(options: {
  readonly secure: boolean;
  readonly dev: boolean;
  readonly formsLeaveHub: boolean;
  readonly keepsOpener: boolean;
  readonly styleSources: readonly string[];
  readonly pictureSources: readonly string[];
}): Record<string, string> {
  const script = options.dev ? "'self' 'unsafe-inline' 'unsafe-eval'" : "'self'";
  const policy = [
    "default-src 'none'",
    `script-src ${script}`,
    `style-src ${options.styleSources.join(" ") || "'none'"}`,
    `img-src ${["'self'", "data:", ...new Set(options.pictureSources)].join(" ")}`,
    "font-src 'self'",
    "connect-src 'self'",
    ...(options.formsLeaveHub ? [] : ["form-action 'self'"]),
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(options.dev ? [] : ["require-trusted-types-for 'script'"]),
  ];
  return {
    ...answerHeaders(options.secure),
    "content-security-policy": policy.join("; "),
    "cross-origin-opener-policy": options.keepsOpener ? "unsafe-none" : "same-origin",
    "permissions-policy":
      "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=()",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
  };
}

/** For all other answers: never rendered as a page, never cached. */
export function answerHeaders(secure: boolean): Record<string, string> {
  return {
    "cache-control": "no-store",
    pragma: "no-cache",
    expires: "Thu, 01 Jan 1970 00:00:00 GMT",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    ...(secure ? { "strict-transport-security": "max-age=63072000; includeSubDomains" } : {}),
  };
}
