/** `npm run budget -- <command>`: the example of a third-party program, at the addresses of the last start. */
import "./bootstrap/node-version.cjs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { childEnvironment, root } from "./bootstrap/checkout.mjs";
import { runCommand } from "./bootstrap/plain-error.mjs";
import { readSettings } from "./bootstrap/settings.mjs";

await runCommand(async () => {
  const { environment, hub, bank } = readSettings(process.env, { dev: false, recall: true });
  const env = { HUB_URL: hub.url, BANK_URL: bank.url, ...childEnvironment(environment) };
  const words = [join(root, "examples/budget/main.ts"), ...process.argv.slice(2)];
  return spawnSync("node", words, { env, stdio: "inherit" }).status ?? 1;
});
