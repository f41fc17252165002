/** `npm run hub -- <command>`: the operator's command line, with the same settings as the running hub. */
import "./bootstrap/node-version.cjs";
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { hubSettings } from "./apps.mjs";
import { root } from "./bootstrap/checkout-paths.mjs";
import { runCommand } from "./bootstrap/command.mjs";
import { prepareDataDirectory } from "./bootstrap/data-directory.mjs";
import { childEnvironment } from "./bootstrap/environment.mjs";
import { watchForInterruption } from "./bootstrap/interruption.mjs";
import { createProgress } from "./bootstrap/progress.mjs";
import { setUp, setUpSteps } from "./bootstrap/set-up.mjs";
import { readSettings } from "./bootstrap/settings.mjs";
import { secretsOf } from "./secrets.mjs";

const interruption = watchForInterruption();

await runCommand(async () =>
  run(readSettings(process.env, { dev: false, recall: true }), process.argv.slice(2)),
);

/**
 * @param {import("./bootstrap/settings.mjs").Settings} settings
 * @param {readonly string[]} words
 * @returns {Promise<number>} exit code of the command
 */
async function run(settings, words) {
  const logs = prepareDataDirectory(settings.dataDirectory);
  // Standard output belongs to the command.
  const progress = createProgress({ total: setUpSteps, output: process.stderr, quietFor: 3_000 });
  await setUp({
    environment: settings.environment,
    logs,
    interruption,
    progress,
    only: ["@gatehouse/database"],
  });
  const environment = {
    ...childEnvironment(settings.environment),
    ...secretsOf(settings),
    ...hubSettings(settings),
    // The test door is a matter of the server, and so is its key; doctor looks at what the server would.
    HUB_MODE: settings.mode === "test" && words[0] !== "doctor" ? "demo" : settings.mode,
    HUB_URL: settings.hub.url,
    DATA_DIR: settings.dataDirectory,
    NODE_ENV: "production",
  };
  return runToItsEnd(["node", join(root, "apps/hub/command-line.ts"), ...words], environment);
}

/**
 * In the terminal's foreground, because a command may ask for a password; Ctrl-C reaches it by itself.
 *
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
function runToItsEnd([program = "", ...words], env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env, stdio: "inherit" });
    void interruption.happened.then((signal) => signal !== "SIGINT" && child.kill(signal));
    void interruption.again.then((signal) => child.kill(signal));
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
