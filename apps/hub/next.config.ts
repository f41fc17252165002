import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { NextConfig } from "next";

const script = readFileSync(join(import.meta.dirname, "public", "assets", "enhance.js"));
const scriptVersion = createHash("sha256").update(script).digest("hex").slice(0, 12);

const config: NextConfig = {
  poweredByHeader: false,
  // For style sheets, scripts and pictures. The hub's own server asks for pages uncompressed.
  compress: true,
  // The layout asks for the script under its version, so that browsers can keep it. Another version is not kept: while
  // two hubs of different versions run behind one address, each may be asked for the other's.
  compiler: { define: { SCRIPT_VERSION: scriptVersion } },
  headers: async () => [
    {
      source: "/assets/enhance.js",
      has: [{ type: "query", key: "v", value: scriptVersion }],
      headers: [{ key: "cache-control", value: "public, max-age=31536000, immutable" }],
    },
  ],
  images: { unoptimized: true },
  transpilePackages: ["@gatehouse/ui"],
  // `tsc` runs apart, for the whole house.
  typescript: { ignoreBuildErrors: true },
};

export default config;
