/** For what a Content-Security-Policy is made. */
export interface PolicyCircumstances {
  /** Lets in the scripts that carry it; `null` lets in none. */
  readonly nonce: string | null;
  /** `next dev` evaluates scripts, adds styles by them, and holds a socket open. */
  readonly development?: boolean;
}

/**
 * The strict Content-Security-Policy of a Next.js site that loads nothing from elsewhere.
 *
 * No `form-action`: browsers hold it against redirects too, and signing out goes on to the hub.
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
