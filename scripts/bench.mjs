/** `npm run bench`: sets everything up, then measures. */
import "./bootstrap/node-version.cjs";
import { join } from "node:path";
import { root } from "./bootstrap/checkout-paths.mjs";
import { runCommand } from "./bootstrap/command.mjs";
import { prepareDataDirectory } from "./bootstrap/data-directory.mjs";
import { childEnvironment } from "./bootstrap/environment.mjs";
import { watchForInterruption } from "./bootstrap/interruption.mjs";
import { runToItsEnd } from "./bootstrap/processes.mjs";
import { createProgress } from "./bootstrap/progress.mjs";
import { setUp, setUpSteps } from "./bootstrap/set-up.mjs";
import { readSettings } from "./bootstrap/settings.mjs";

const interruption = watchForInterruption();

await runCommand(async () => run(readSettings({ ...process.env, HUB_MODE: "demo" }, { dev: false })));

/**
 * @param {import("./bootstrap/settings.mjs").Settings} settings
 * @returns {Promise<number>} exit code of the benchmarks
 */
async function run({ dataDirectory, environment }) {
  const logs = prepareDataDirectory(dataDirectory);
  await setUp({ environment, logs, interruption, progress: createProgress({ total: setUpSteps }) });
  return runToItsEnd(["node", join(root, "bench/run.ts"), ...process.argv.slice(2)], {
    environment: childEnvironment(environment),
    interruption,
  });
}
