/** `npm run hub -- <command>`: the operator's command line, with the same settings as the running hub. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { plan as makePlan, readEnvironment, toolEnvironment } from "./environment.mjs";
import { install, requireNode } from "./install.mjs";
import { root } from "./paths.mjs";
import { prepareDataFolder, readSecrets } from "./secrets.mjs";
import { StopError } from "./stop-error.mjs";

try {
  await prepare();
} catch (error) {
  process.stderr.write(
    `error: ${error instanceof StopError ? error.message : /** @type {Error} */ (error).stack}\n`,
  );
  process.exitCode = 1;
}

async function prepare() {
  const operators = readEnvironment();
  const plan = makePlan(operators);
  const { hub, shop, bank } = plan.apps;
  prepareDataFolder(plan.dataDirectory);
  const logs = join(plan.dataDirectory, "logs");
  const environment = toolEnvironment(operators);
  await install({ environment, logs });
  requireNode();
  if (!existsSync(join(root, "packages/database/src/generated")))
    await build({ environment, logs, only: "@gatehouse/database" });
  const settings = {
    ...environment,
    ...readSecrets(plan.dataDirectory, operators),
    DATA_DIR: plan.dataDirectory,
    HUB_MODE: plan.mode === "test" ? "demo" : plan.mode,
    HUB_PORT: String(hub.port),
    HUB_URL: hub.url,
    SHOP_URL: shop.url,
    BANK_URL: bank.url,
  };
  const child = spawn("node", [join(root, "apps/hub/command-line.ts"), ...process.argv.slice(2)], {
    env: settings,
    stdio: "inherit",
  });
  child.on("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}
