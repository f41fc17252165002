/**
 * Install and build, one start at a time: npm and turbo write to the same folders.
 *
 * @import { Want } from "./disk.mjs"
 * @import { Interruption } from "./interruption.mjs"
 * @import { ProcessIdentity } from "./process-identity.mjs"
 * @import { Progress } from "./progress.mjs"
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build, isBuilt } from "./build.mjs";
import { childEnvironment, programs, root } from "./checkout.mjs";
import { expectDiskSpace, room } from "./disk.mjs";
import { install, isInstalled } from "./install.mjs";
import { Lock } from "./lock.mjs";
import { PlainError } from "./plain-error.mjs";

/** Number of steps that `setUp` shows. */
export const setUpSteps = 2;

/**
 * @param {{
 *   environment: NodeJS.ProcessEnv, logs: string, interruption: Interruption, progress: Progress, only?: readonly string[],
 * }} options `logs`: a folder; `only`: workspaces to build; absent: all
 */
export async function setUp({ environment, logs, interruption, progress, only }) {
  const lock = new Lock(join(root, ".turbo", "set-up.lock"));
  const onStart = (/** @type {ProcessIdentity} */ child) => lock.update({ children: [child] });
  const withPrograms = childEnvironment(environment);
  try {
    await progress.step("checking packages", async ({ report, retitle }) => {
      await lock.take(interruption, (holder) => {
        const who = holder ? `process ${holder.owner.pid}` : "another process";
        retitle(`waiting for ${who}, which installs or builds in this checkout`);
      });
      retitle("checking packages");
      const installed = isInstalled();
      expectDiskSpace(wants({ installed, built: only !== undefined || isBuilt(), environment }));
      if (!installed) {
        retitle("installing packages");
        await install({ environment, log: join(logs, "install.log"), interruption, report, onStart });
      }
      await expectNode24(withPrograms);
    });
    await progress.step("checking the build", (telling) =>
      build({
        ...{ environment: withPrograms, log: join(logs, "build.log"), interruption, telling, onStart },
        ...(only && { only }),
      }),
    );
  } finally {
    lock.release();
  }
}

/**
 * @param {{ installed: boolean, built: boolean, environment: NodeJS.ProcessEnv }} options
 * @returns {Want[]} what has to fit on which disk
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
  const version = await promisify(execFile)(existsSync(own) ? own : "node", ["--version"], {
    env: environment,
  }).then(
    ({ stdout }) => stdout.trim(),
    () => "none that runs",
  );
  if (Number(/^v(\d+)/.exec(version)?.[1] ?? 0) >= 24) return;
  throw new PlainError(
    `for this machine (${process.platform} ${process.arch}) npm has no Node 24, and its own is ${version}. ` +
      "Install Node 24 or newer.",
  );
}
