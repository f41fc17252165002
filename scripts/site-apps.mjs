/** Hub, shop and bank as processes: the hub first, because the sites ask it. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startApp, waitUntilReady } from "./app-process.mjs";
import { root } from "./paths.mjs";

const endWithParent = `--import=${pathToFileURL(join(root, "scripts", "end-with-parent.mjs")).href}`;
const nextProgram = join(root, "node_modules", "next", "dist", "bin", "next");

/**
 * @param {{ plan: import("./environment.mjs").Plan, environment: NodeJS.ProcessEnv, secrets: Record<string, string>, dev: boolean, onStarted: (app: import("./app-process.mjs").AppProcess) => void, say?: (detail: string) => void }} options
 *   `onStarted` hears of a process before it is waited for, so that an interrupted start can stop it
 */
export async function startApps({ plan, environment, secrets, dev, onStarted, say }) {
  const { hub, shop, bank } = plan.apps;
  const shared = {
    ...environment,
    DATA_DIR: plan.dataDirectory,
    HUB_URL: hub.url,
    NODE_ENV: dev ? "development" : "production",
  };
  const log = (/** @type {string} */ name) => join(plan.dataDirectory, "logs", `${name}.log`);
  const start = (/** @type {Parameters<typeof startApp>[0]} */ options) => {
    const app = startApp(options);
    onStarted(app);
    return app;
  };

  const hubEnvironment = {
    ...shared,
    ...secrets,
    HUB_MODE: plan.mode,
    HUB_PORT: String(hub.port),
    SHOP_URL: shop.url,
    BANK_URL: bank.url,
    ...(dev ? { HUB_DEV: "1" } : {}),
  };
  const sites = [shop, bank].map((site) => ({
    site,
    process: start({
      name: site.name,
      command: [
        "node",
        endWithParent,
        nextProgram,
        dev ? "dev" : "start",
        "-p",
        String(site.port),
        "-H",
        "127.0.0.1",
      ],
      directory: join(root, "apps", site.name),
      environment: withoutHubSecrets({
        ...shared,
        SITE_URL: site.url,
        SITE_SECRET: secrets[`${site.name.toUpperCase()}_SITE_SECRET`],
      }),
      log: log(site.name),
    }),
  }));
  const hubProcess = start({
    name: "hub",
    command: ["node", "server.ts"],
    directory: join(root, "apps", "hub"),
    environment: hubEnvironment,
    log: log("hub"),
  });

  say?.("hub");
  await waitUntilReady(hubProcess, { url: `http://127.0.0.1:${hub.port}/readyz`, log: log("hub") });
  for (const { site, process } of sites) {
    say?.(site.name);
    await waitUntilReady(process, { url: `http://127.0.0.1:${site.port}/healthz`, log: log(site.name) });
  }
}

/**
 * A site gets its own secret and no other.
 *
 * @param {NodeJS.ProcessEnv} environment
 */
function withoutHubSecrets({
  HUB_SECRETS: _hub,
  SHOP_SITE_SECRET: _shop,
  BANK_SITE_SECRET: _bank,
  TEST_DOOR_KEY: _key,
  DATABASE_URL: _url,
  ...rest
}) {
  return rest;
}
