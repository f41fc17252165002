/** Starts the demo's sites as `npm start` does. */
import { join } from "node:path";
import { type BenchedHub, siteSecret } from "./hub.ts";
import type { Stage } from "./stage.ts";
import type { Started } from "./start-server.ts";

export function startSite(stage: Stage, hub: BenchedHub, name: "shop" | "bank"): Promise<Started> {
  const root = join(import.meta.dirname, "..");
  const next = join(root, "node_modules/next/dist/bin/next");
  const { port, url } = hub.sites[name];
  return stage.start({
    command: ["node", "--max-semi-space-size=32", next, "start", "-p", String(port), "-H", "127.0.0.1"],
    directory: `apps/${name}`,
    port,
    path: "/healthz",
    environment: {
      DATA_DIR: hub.dataDirectory,
      HUB_URL: hub.publicUrl,
      SITE_URL: url,
      SITE_SECRET: siteSecret,
      MALLOC_ARENA_MAX: "2",
      NODE_OPTIONS: `--import=${join(root, "scripts/localhost-resolver.mjs")}`,
    },
  });
}
