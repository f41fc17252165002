import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { NextConfig } from "next";
import { PHASE_DEVELOPMENT_SERVER } from "next/constants.js";

const script = readFileSync(join(import.meta.dirname, "public", "assets", "enhance.js"));
const scriptVersion = createHash("sha256").update(script).digest("hex").slice(0, 12);

const keptScript = {
  source: "/assets/enhance.js",
  has: [{ type: "query" as const, key: "v", value: scriptVersion }],
  headers: [{ key: "cache-control", value: "public, max-age=31536000, immutable" }],
};

const config = (phase: string): NextConfig => ({
  poweredByHeader: false,
  // For style sheets, scripts and images. The hub's server requests pages uncompressed (`draw-screen.ts`).
  compress: true,
  // The layout requests the script under its version, so that browsers can cache it. Other versions are not cached: while
  // two hubs of different versions run behind one address, each may be asked for the other's.
  compiler: { define: { SCRIPT_VERSION: scriptVersion } },
  // In development the version is that of the start, and the file changes later.
  headers: async () => (phase === PHASE_DEVELOPMENT_SERVER ? [] : [keptScript]),
  images: { unoptimized: true },
  transpilePackages: ["@gatehouse/ui"],
  // `tsc` runs apart, for the whole house.
  typescript: { ignoreBuildErrors: true },
});

export default config;
