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

/**
 * Security headers for every response of a site: `headers: async () => [...securityHeaders]` in `next.config.ts`.
 *
 * The policy allows no script. It applies where the proxy does not run; on pages, the proxy's policy with a nonce replaces
 * it, for which the names are in small letters, as Next.js compares them. Route handlers cannot replace a header from
 * here, so the pages of `/api/auth`, which send a policy for their style, are excluded.
 *
 * An export of its own, because Next.js cannot be imported yet when it reads the config.
 */
export const securityHeaders: readonly HeaderRule[] = [
  {
    source: "/((?!api/auth/).*)",
    headers: [{ key: "content-security-policy", value: contentSecurityPolicy({ nonce: null }) }],
  },
  {
    source: "/:path*",
    headers: [
      { key: "x-content-type-options", value: "nosniff" },
      // Not `no-referrer`: it makes browsers send a site's own forms with `Origin: null`, which is refused.
      { key: "referrer-policy", value: "same-origin" },
      { key: "x-frame-options", value: "DENY" },
      { key: "cross-origin-opener-policy", value: "same-origin" },
      { key: "cross-origin-resource-policy", value: "same-origin" },
      { key: "permissions-policy", value: "camera=(), geolocation=(), microphone=(), payment=()" },
      // Browsers read it over https only.
      { key: "strict-transport-security", value: "max-age=63072000" },
    ],
  },
];

/** Headers for the addresses of a pattern, as Next.js takes them. */
interface HeaderRule {
  readonly source: string;
  readonly headers: { readonly key: string; readonly value: string }[];
}
