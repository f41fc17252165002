/** `npm run bench`: sets everything up, then measures. */
import "./node-version.cjs";
import { join } from "node:path";
import { prepareDataDirectory } from "./bootstrap/data-directory.mjs";
import { showError } from "./bootstrap/end-of-command.mjs";
import { childEnvironment } from "./bootstrap/environment.mjs";
import { root } from "./bootstrap/house.mjs";
import { watchForInterruption } from "./bootstrap/interruption.mjs";
import { Interrupted } from "./bootstrap/plain-error.mjs";
import { startProgram, stopProgram } from "./bootstrap/processes.mjs";
import { createProgress } from "./bootstrap/progress.mjs";
import { setUp, setUpSteps } from "./bootstrap/set-up.mjs";
import { readSettings } from "./bootstrap/settings.mjs";

const interruption = watchForInterruption();

try {
  process.exitCode = await run(readSettings({ ...process.env, HUB_MODE: "demo" }, { dev: false }));
} catch (error) {
  process.exitCode = showError(error);
}
process.exit();

/**
 * @param {import("./bootstrap/settings.mjs").Settings} settings
 * @returns {Promise<number>} exit code of the benchmarks
 */
async function run({ dataDirectory, environment }) {
  const logs = prepareDataDirectory(dataDirectory);
  await setUp({ environment, logs, interruption, progress: createProgress({ total: setUpSteps }) });
  const program = startProgram("bench", ["node", join(root, "bench/run.ts"), ...process.argv.slice(2)], {
    cwd: root,
    env: childEnvironment(environment),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ending = await Promise.race([program.ended, interruption.happened]);
  await stopProgram(program, { now: interruption.signal ? interruption.again : interruption.happened });
  if (typeof ending === "string") throw new Interrupted(ending);
  return ending.code ?? 1;
}
