/** Input for a Content-Security-Policy. */
export interface PolicyCircumstances {
  /** Allows scripts with this nonce; `null` allows none. */
  readonly nonce: string | null;
  /** `next dev` evaluates scripts, adds styles by them, and holds a socket open. */
  readonly development?: boolean;
}

/**
 * A strict Content-Security-Policy for a Next.js site that loads nothing from other sites.
 *
 * Without `form-action`, because browsers apply it to redirects too, and a sign-out redirects to the hub.
 *
 * @see https://www.w3.org/TR/CSP3/#strict-dynamic-usage
 */
export function contentSecurityPolicy({ nonce, development = false }: PolicyCircumstances): string {
  const script = nonce === null ? "'none'" : `'nonce-${nonce}' 'strict-dynamic'`;
  return [
    "default-src 'none'",
    `script-src ${script}${development ? " 'unsafe-eval'" : ""}`,
    `style-src 'self'${development ? " 'unsafe-inline'" : ""}`,
    `img-src 'self'${development ? " data: blob:" : ""}`,
    "font-src 'self'",
    `connect-src 'self'${development ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
