/** `npm run hub -- <command>`: the operator's command line, with the same settings as the running hub. */
import "./bootstrap/node-version.cjs";
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { hubSettings } from "./apps.mjs";
import { childEnvironment, root } from "./bootstrap/checkout.mjs";
import { prepareDataDirectory } from "./bootstrap/disk.mjs";
import { watchForInterruption } from "./bootstrap/interruption.mjs";
import { runCommand } from "./bootstrap/plain-error.mjs";
import { createProgress } from "./bootstrap/progress.mjs";
import { setUp, setUpSteps } from "./bootstrap/set-up.mjs";
import { readSettings } from "./bootstrap/settings.mjs";
import { secretsOf } from "./secrets.mjs";

const interruption = watchForInterruption();

const words = process.argv.slice(2);

await runCommand(async () => {
  const settings = readSettings(process.env, { dev: false, recall: true });
  const logs = prepareDataDirectory(settings.dataDirectory);
  // Standard output belongs to the command.
  const progress = createProgress({ total: setUpSteps, output: process.stderr, quietFor: 3_000 });
  const only = ["@gatehouse/database"];
  await setUp({ environment: settings.environment, logs, interruption, progress, only });
  return runInForeground(["node", join(root, "apps/hub/command-line.ts"), ...words], {
    ...childEnvironment(settings.environment),
    ...secretsOf(settings),
    ...hubSettings(settings),
    // The test door is a matter of the server, and so is its key; doctor looks at what the server would.
    HUB_MODE: settings.mode === "test" && words[0] !== "doctor" ? "demo" : settings.mode,
    HUB_URL: settings.hub.url,
    DATA_DIR: settings.dataDirectory,
    NODE_ENV: "production",
  });
});

/**
 * A command may ask for a password; Ctrl-C reaches it by itself.
 *
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} exit code
 */
function runInForeground([program = "", ...given], env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, given, { env, stdio: "inherit" });
    void interruption.happened.then((signal) => signal !== "SIGINT" && child.kill(signal));
    void interruption.again.then((signal) => child.kill(signal));
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
