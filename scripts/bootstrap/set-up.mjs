/** Install and build, one start at a time: npm and turbo write to the same folders. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build, isBuilt } from "./build.mjs";
import { programs, root } from "./house.mjs";
import { install, isInstalled, withPrograms } from "./install.mjs";
import { Lock } from "./lock.mjs";
import { PlainError } from "./plain-error.mjs";
import { expectRoom, room } from "./room.mjs";
import { takeTurn } from "./turn.mjs";

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
    await takeTurn(lock, { interruption, progress, does: "installs or builds in this checkout" });
    await progress.step("checking packages", async ({ report, retitle }) => {
      const installed = isInstalled();
      expectRoom(wants({ installed, built: only !== undefined || isBuilt(), environment }));
      if (!installed) {
        retitle("installing packages");
        await install({ ...common, environment, log: join(logs, "install.log"), report });
      }
      await expectNode24(withNode24);
    });
    await progress.step("checking the build", (telling) =>
      build({
        ...common,
        environment: withNode24,
        log: join(logs, "build.log"),
        telling,
        ...(only && { only }),
      }),
    );
  } finally {
    lock.release();
  }
  return withNode24;
}

/**
 * @param {{ installed: boolean, built: boolean, environment: NodeJS.ProcessEnv }} options
 * @returns {import("./room.mjs").Want[]} what has to fit on which disk
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
