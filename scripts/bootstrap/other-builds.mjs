/** Next builds one folder once at a time, and somebody may have started a build by hand. */
import { setTimeout as pause } from "node:timers/promises";
import { Interrupted, PlainError } from "./plain-error.mjs";

/** @typedef {import("./logged-command.mjs").CommandResult} CommandResult */

/**
 * @param {() => Promise<CommandResult>} attempt
 * @param {{
 *   interruption: import("./interruption.mjs").Interruption, telling: import("./progress.mjs").Telling,
 *   between?: number, patience?: number,
 * }} options both in milliseconds
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
