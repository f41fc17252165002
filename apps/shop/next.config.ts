import { securityHeaders } from "@gatehouse/auth/security-headers";
import type { NextConfig } from "next";

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Or a rewrite of proxy.ts is fetched over the network, from an address that forwarding headers decide.
  skipProxyUrlNormalize: true,
  images: { unoptimized: true },
  transpilePackages: ["@gatehouse/auth", "@gatehouse/cas", "@gatehouse/ui"],
  // `tsc` runs apart, for the whole house.
  typescript: { ignoreBuildErrors: true },
  allowedDevOrigins: ["*.localhost"],
  headers: async () => [...securityHeaders],
};

export default config;
