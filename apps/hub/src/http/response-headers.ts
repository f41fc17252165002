/** Headers that every answer of the hub carries. */

/**
 * For pages. No inline script, no inline style, nothing from elsewhere, never in a frame.
 * `same-origin` and not `no-referrer`: under the latter browsers send `Origin: null` with our own
 * forms, and that value has to be refused.
 *
 * @param options.secure the hub is served over https
 * @param options.formTargets origins that a form's redirect may lead to: browsers hold `form-action`
 *   against every redirect, and signing in ends at the site
 * @param options.pictureSources origins that are told of a sign-out by a picture that nobody sees
 */
export function pageHeaders(options: {
  readonly secure: boolean;
  readonly dev: boolean;
  readonly formTargets: readonly string[];
  readonly pictureSources: readonly string[];
}): Record<string, string> {
  const script = options.dev ? "'self' 'unsafe-inline' 'unsafe-eval'" : "'self'";
  const style = options.dev ? "'self' 'unsafe-inline'" : "'self'";
  const policy = [
    "default-src 'none'",
    `script-src ${script}`,
    `style-src ${style}`,
    `img-src ${["'self'", "data:", ...new Set(options.pictureSources)].join(" ")}`,
    "font-src 'self'",
    "connect-src 'self'",
    `form-action ${["'self'", ...new Set(options.formTargets)].join(" ")}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(options.dev ? [] : ["require-trusted-types-for 'script'"]),
  ];
  return {
    ...answerHeaders(options.secure),
    "content-security-policy": policy.join("; "),
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy":
      "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=()",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
  };
}

/** For everything else: never rendered as a page, never kept. */
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
