import { contentSecurityPolicy } from "./content-security-policy.ts";

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
