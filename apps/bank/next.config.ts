import type { NextConfig } from "next";
import { PHASE_DEVELOPMENT_SERVER } from "next/constants.js";

/**
 * No script runs on this site. Its pages are server components, links and forms, so Next's own scripts, which
 * could only be let in by `'unsafe-inline'` or by a nonce that a proxy puts into request headers
 * (CVE-2026-44581), have nothing to do here: `script-src 'none'` and the browser does not even fetch them.
 * Inline styles are not used either.
 *
 * @see https://www.w3.org/TR/CSP3/
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/** Reloading while somebody works on the site takes inline scripts, eval and a socket. */
const DEVELOPMENT_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self' ws:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

function securityHeaders(policy: readonly string[]) {
  return [
    // No form-action: browsers hold it against redirects too, and signing out goes on to the hub.
    { key: "Content-Security-Policy", value: policy.join("; ") },
    { key: "X-Content-Type-Options", value: "nosniff" },
    // Not `no-referrer`: it makes browsers send our own forms with `Origin: null`, which we refuse.
    { key: "Referrer-Policy", value: "same-origin" },
    { key: "X-Frame-Options", value: "DENY" },
    { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
    { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
    { key: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=(), payment=()" },
    // Browsers read it over https only.
    { key: "Strict-Transport-Security", value: "max-age=63072000" },
  ];
}

export default function config(phase: string): NextConfig {
  const policy = phase === PHASE_DEVELOPMENT_SERVER ? DEVELOPMENT_POLICY : POLICY;
  return {
    poweredByHeader: false,
    reactStrictMode: true,
    images: { unoptimized: true },
    transpilePackages: ["@gatehouse/auth", "@gatehouse/cas", "@gatehouse/ui"],
    // `tsc` runs apart, for the whole house.
    typescript: { ignoreBuildErrors: true },
    allowedDevOrigins: ["*.localhost"],
    headers: async () => [{ source: "/:path*", headers: securityHeaders(policy) }],
  };
}
