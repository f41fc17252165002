/** `npm run bench`: sets everything up, then measures. */
import "./bootstrap/node-version.cjs";
import { join } from "node:path";
import { childEnvironment, root } from "./bootstrap/checkout.mjs";
import { prepareDataDirectory } from "./bootstrap/disk.mjs";
import { watchForInterruption } from "./bootstrap/interruption.mjs";
import { runCommand } from "./bootstrap/plain-error.mjs";
import { runToItsEnd } from "./bootstrap/processes.mjs";
import { createProgress } from "./bootstrap/progress.mjs";
import { setUp, setUpSteps } from "./bootstrap/set-up.mjs";
import { readSettings } from "./bootstrap/settings.mjs";

const interruption = watchForInterruption();

await runCommand(async () => {
  const { dataDirectory, environment } = readSettings({ ...process.env, HUB_MODE: "demo" }, { dev: false });
  const logs = prepareDataDirectory(dataDirectory);
  await setUp({ environment, logs, interruption, progress: createProgress({ total: setUpSteps }) });
  return runToItsEnd(["node", join(root, "bench/run.ts"), ...process.argv.slice(2)], {
    environment: childEnvironment(environment),
    interruption,
  });
});
