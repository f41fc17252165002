/** Waits for a lock that another process holds, and says so. */
import { setTimeout as pause } from "node:timers/promises";
import { Interrupted } from "./plain-error.mjs";
import { stopLeftovers } from "./processes.mjs";

/**
 * @param {import("./lock.mjs").Lock} lock
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
