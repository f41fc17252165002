/**
 * Generates the database client and builds the three apps.
 *
 * @import { Interruption } from "./interruption.mjs"
 * @import { CommandResult } from "./logged-command.mjs"
 * @import { ProcessIdentity } from "./process-identity.mjs"
 * @import { Telling } from "./progress.mjs"
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { root } from "./checkout.mjs";
import { fullDisk } from "./disk.mjs";
import { Interrupted, PlainError } from "./plain-error.mjs";
import { runTurbo } from "./turbo.mjs";

const shownLines = 30;

/**
 * @param {{
 *   environment: NodeJS.ProcessEnv, log: string, interruption: Interruption, telling: Telling,
 *   onStart: (identity: ProcessIdentity) => void, only?: readonly string[],
 * }} options `only`: workspaces; absent: all
 */
export async function build({ environment, telling, only = [], ...options }) {
  const words = ["build", ...only.map((workspace) => `--filter=${workspace}`)];
  const run = () =>
    runTurbo(words, {
      ...options,
      environment: { ...environment, FORCE_COLOR: "0" },
      onLine: (workspace, said) => {
        if (said.startsWith("cache miss")) telling.retitle("building");
        else telling.report(`${workspace}: ${said.trim()}`);
      },
    });
  const { interruption, log } = options;
  const { exitCode, lastLines } = await afterOtherBuilds(run, { interruption, telling });
  if (exitCode === 0) return;
  const sentence = /ENOSPC|no space left/i.test(lastLines)
    ? fullDisk(root)
    : `the build failed. ${log} has its output.`;
  throw new PlainError(sentence, { detail: lastLines.split("\n").slice(-shownLines).join("\n") });
}

/** @returns {boolean} whether all three apps were built once; what has changed since is turbo's to know */
export function isBuilt() {
  return ["hub", "shop", "bank"].every((app) => existsSync(join(root, "apps", app, ".next", "BUILD_ID")));
}

/**
 * Next builds a folder once at a time, and somebody may have started a build by hand.
 *
 * @param {() => Promise<CommandResult>} attempt
 * @param {{ interruption: Interruption, telling: Telling, between?: number, patience?: number }} options both in
 *   milliseconds
 * @returns {Promise<CommandResult>} of the first attempt that no other build was in the way of
 * @throws {PlainError} when another build does not end
 */
export async function afterOtherBuilds(
  attempt,
  { interruption, telling, between = 3_000, patience = 300_000 },
) {
  const deadline = performance.now() + patience;
  for (;;) {
    const result = await attempt();
    if (result.exitCode === 0 || !/another next build process is already running/i.test(result.lastLines)) {
      return result;
    }
    if (performance.now() > deadline) {
      throw new PlainError(
        "another next build runs in this checkout and does not end. End it and start again.",
      );
    }
    telling.retitle("waiting for another next build in this checkout");
    await Promise.race([pause(between), interruption.happened]);
    if (interruption.signal) throw new Interrupted(interruption.signal);
  }
}
