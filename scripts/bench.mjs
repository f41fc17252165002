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
import { chromium, findProgram } from "./programs.mjs";

const interruption = watchForInterruption();
const names = process.argv.slice(2);
const needsBrowser = names.length === 0 || names.includes("first-paint");

await runCommand(async () => {
  const { dataDirectory, environment } = readSettings({ ...process.env, HUB_MODE: "demo" }, { dev: false });
  const logs = prepareDataDirectory(dataDirectory);
  const progress = createProgress({ total: setUpSteps + (needsBrowser ? 1 : 0) });
  await setUp({ environment, logs, interruption, progress });
  /** @type {NodeJS.ProcessEnv} */
  const forBenchmarks = childEnvironment(environment);
  if (needsBrowser)
    forBenchmarks[chromium.setting] = await progress.step(`finding ${chromium.name}`, ({ report }) =>
      findProgram(chromium, { environment: forBenchmarks, report }),
    );
  return runToItsEnd(["node", join(root, "bench/run.ts"), ...names], {
    environment: forBenchmarks,
    interruption,
  });
});
