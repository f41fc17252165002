/** Install and build, one start at a time: npm and turbo write to the same folders. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { build } from "./build.mjs";
import { programs, root } from "./house.mjs";
import { install, isInstalled, withPrograms } from "./install.mjs";
import { Lock } from "./lock.mjs";
import { Interrupted, PlainError } from "./plain-error.mjs";
import { stopLeftovers } from "./processes.mjs";

/**
 * @typedef {object} SetUpOptions
 * @property {NodeJS.ProcessEnv} environment
 * @property {string} logs folder
 * @property {import("./interruption.mjs").Interruption} interruption
 * @property {ReturnType<typeof import("./progress.mjs").createProgress>} progress
 * @property {readonly string[]} [only] workspaces to build; absent: all
 */

/** How many steps `setUp` shows. */
export const setUpSteps = 2;

/**
 * @param {SetUpOptions} options
 * @returns {Promise<NodeJS.ProcessEnv>} the environment with the programs of `node_modules` in its path
 */
export async function setUp({ environment, logs, interruption, progress, only }) {
  const lock = new Lock(join(root, ".turbo", "set-up.lock"));
  const onStart = (/** @type {import("./process-identity.mjs").ProcessIdentity} */ child) =>
    lock.update({ children: [child] });
  const common = { interruption, onStart };
  const withNode24 = withPrograms(environment);
  try {
    await progress.step("installing packages", async (report) => {
      await take(lock, interruption, report);
      if (!isInstalled()) await install({ ...common, environment, log: join(logs, "install.log"), report });
      await expectNode24(withNode24);
    });
    await progress.step(`building ${only ? "the database client" : "hub, shop, bank"}`, (report) =>
      build({
        ...common,
        environment: withNode24,
        log: join(logs, "build.log"),
        report,
        ...(only && { only }),
      }),
    );
  } finally {
    lock.release();
  }
  return withNode24;
}

/**
 * @param {Lock} lock
 * @param {import("./interruption.mjs").Interruption} interruption
 * @param {(detail: string) => void} report
 */
async function take(lock, interruption, report) {
  for (;;) {
    if (lock.tryToTake()) {
      // A start that was killed may have left its npm or turbo at work.
      await stopLeftovers(lock.replaced?.children ?? []);
      return;
    }
    if (interruption.signal) throw new Interrupted(interruption.signal);
    report("another start is at it; waiting");
    await pause(200);
  }
}

/** @param {NodeJS.ProcessEnv} environment */
async function expectNode24(environment) {
  const own = join(programs, "node");
  const program = existsSync(own) ? own : "node";
  const version = await promisify(execFile)(program, ["--version"], { env: environment }).then(
    ({ stdout }) => stdout.trim(),
    () => "none that runs",
  );
  if (Number(/^v(\d+)/.exec(version)?.[1] ?? 0) >= 24) return;
  throw new PlainError(
    `for this machine (${process.platform} ${process.arch}) npm has no Node 24, and its own is ${version}. ` +
      "Install Node 24 or newer.",
  );
}
