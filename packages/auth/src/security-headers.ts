import { contentSecurityPolicy } from "./content-security-policy.ts";

/**
 * What every answer of a site says to the browser, for `headers()` in `next.config.ts`.
 *
 * Its policy lets in no script at all: it is for what the proxy leaves out, or should the proxy
 * not run. On pages the proxy's own, with a nonce, takes its place; for that the names are in
 * small letters, as Next.js compares them.
 * A module of its own, because a config is read before there is a Next.js to import from.
 */
export const securityHeaders: readonly { readonly key: string; readonly value: string }[] = [
  { key: "content-security-policy", value: contentSecurityPolicy({ nonce: null }) },
  { key: "x-content-type-options", value: "nosniff" },
  // Not `no-referrer`: it makes browsers send a site's own forms with `Origin: null`, which is refused.
  { key: "referrer-policy", value: "same-origin" },
  { key: "x-frame-options", value: "DENY" },
  { key: "cross-origin-opener-policy", value: "same-origin" },
  { key: "cross-origin-resource-policy", value: "same-origin" },
  { key: "permissions-policy", value: "camera=(), geolocation=(), microphone=(), payment=()" },
  // Browsers read it over https only.
  { key: "strict-transport-security", value: "max-age=63072000" },
];
