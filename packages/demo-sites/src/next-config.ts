import { securityHeaders } from "@gatehouse/auth/security-headers";
import type { NextConfig } from "next";

/** The Next.js configuration of shop and bank. */
export const nextConfig: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Otherwise Next.js fetches a rewrite of proxy.ts over the network, from an address that forwarding headers decide.
  skipProxyUrlNormalize: true,
  images: { unoptimized: true },
  transpilePackages: ["@gatehouse/demo-sites", "@gatehouse/ui"],
  // `npm run typecheck` checks all workspaces.
  typescript: { ignoreBuildErrors: true },
  allowedDevOrigins: ["*.localhost"],
  headers: async () => [...securityHeaders],
};
