/** Install and build, one start at a time: npm and turbo write to the same folders. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { build, isBuilt } from "./build.mjs";
import { programs, root } from "./checkout-paths.mjs";
import { expectDiskSpace, room } from "./disk-space.mjs";
import { childEnvironment } from "./environment.mjs";
import { install, isInstalled } from "./install.mjs";
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

/** Number of steps that `setUp` shows. */
export const setUpSteps = 2;

/** @param {SetUpOptions} options */
export async function setUp({ environment, logs, interruption, progress, only }) {
  const lock = new Lock(join(root, ".turbo", "set-up.lock"));
  const onStart = (/** @type {import("./process-identity.mjs").ProcessIdentity} */ child) =>
    lock.update({ children: [child] });
  const common = { interruption, onStart };
  const withPrograms = childEnvironment(environment);
  try {
    await takeTurn(lock, { interruption, progress, does: "installs or builds in this checkout" });
    await progress.step("checking packages", async ({ report, retitle }) => {
      const installed = isInstalled();
      expectDiskSpace(wants({ installed, built: only !== undefined || isBuilt(), environment }));
      if (!installed) {
        retitle("installing packages");
        await install({ ...common, environment, log: join(logs, "install.log"), report });
      }
      await expectNode24(withPrograms);
    });
    await progress.step("checking the build", (telling) =>
      build({
        ...common,
        environment: withPrograms,
        log: join(logs, "build.log"),
        telling,
        ...(only && { only }),
      }),
    );
  } finally {
    lock.release();
  }
}

/**
 * @param {{ installed: boolean, built: boolean, environment: NodeJS.ProcessEnv }} options
 * @returns {import("./disk-space.mjs").Want[]} what has to fit on which disk
 */
export function wants({ installed, built, environment }) {
  // npm tells its scripts where it keeps what it downloads.
  const cache = environment.npm_config_cache;
  const cold = cache !== undefined && !existsSync(join(cache, "_cacache"));
  return [
    ...(installed ? [] : [{ place: root, megabytes: room.packages }]),
    ...(built ? [] : [{ place: root, megabytes: room.builds }]),
    ...(!installed && cold ? [{ place: cache, megabytes: room.npmCache }] : []),
  ];
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

/**
 * Waits for a lock that another process holds, and says so.
 *
 * @param {Lock} lock
 * @param {{
 *   interruption: import("./interruption.mjs").Interruption,
 *   progress: ReturnType<typeof import("./progress.mjs").createProgress>,
 *   does: string,
 * }} options `does`: what the other one is at, to follow "which"
 * @throws {Interrupted} when a signal came meanwhile
 */
export async function takeTurn(lock, { interruption, progress, does }) {
  if (!lock.tryToTake()) {
    const holder = lock.read();
    const who = holder ? `process ${holder.owner.pid}` : "another process";
    await progress.aside(`waiting for ${who}, which ${does}`, async () => {
      while (!lock.tryToTake()) {
        if (interruption.signal) throw new Interrupted(interruption.signal);
        await pause(200);
      }
    });
  }
  // One that was killed may have left its programs at work.
  await stopLeftovers(lock.replaced?.children ?? []);
}
