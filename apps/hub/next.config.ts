import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { NextConfig } from "next";
import { PHASE_PRODUCTION_BUILD } from "next/constants.js";

const hash = createHash("sha256");
for (const script of ["enhance.js", "passkey.js"])
  hash.update(readFileSync(join(import.meta.dirname, "public", "assets", script)));
const scriptVersion = hash.digest("hex").slice(0, 12);

const config = (phase: string): NextConfig => ({
  // The build ends in files (`build-screens.ts`). In development, Next draws the screens.
  ...(phase === PHASE_PRODUCTION_BUILD && { output: "export" }),
  poweredByHeader: false,
  // The layout requests the script under its version, so that browsers can cache it. Other versions are not cached: while
  // two hubs of different versions run behind one address, each may be asked for the other's.
  compiler: { define: { SCRIPT_VERSION: scriptVersion } },
  images: { unoptimized: true },
  transpilePackages: ["@gatehouse/ui"],
  // `tsc` runs apart, for the whole house.
  typescript: { ignoreBuildErrors: true },
});

export default config;
