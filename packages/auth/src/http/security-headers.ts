import { contentSecurityPolicy } from "./content-security-policy.ts";

/**
 * What every answer of a site says to the browser: `headers: async () => [...securityHeaders]` in
 * `next.config.ts`.
 *
 * Its policy lets in no script at all: it is for what the proxy leaves out, or should the proxy
 * not run. On pages the proxy's own, with a nonce, takes its place; for that the names are in
 * small letters, as Next.js compares them. Route handlers cannot replace a header from here, so
 * the error pages of signing in, which bring a policy for their one style, are left out.
 * A module of its own, because a config is read before there is a Next.js to import from.
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
