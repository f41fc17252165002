/** Hub, shop and bank for the journeys: started for testing, on free ports, with a data folder of their own. */
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { script } from "./house.mjs";
import { Interrupted, PlainError } from "./plain-error.mjs";
import { freePorts } from "./ports.mjs";
import { startProgram, stopProgram } from "./processes.mjs";

/**
 * @param {{ environment: NodeJS.ProcessEnv, directory: string, interruption: import("./interruption.mjs").Interruption }} options
 *   `directory`: where the data folder goes; what an earlier run left there is removed
 * @returns {Promise<{ environment: Record<string, string>, stop: () => Promise<void> }>} what the journeys have to know
 * @throws {PlainError} with the last words of the start when it did not get ready
 */
export async function startTestSites({ environment, directory, interruption }) {
  const data = join(directory, "sites");
  await rm(data, { recursive: true, force: true });
  const [hub = 0, shop = 0, bank = 0] = await freePorts(3);
  const own = {
    HUB_PORT: String(hub),
    SHOP_PORT: String(shop),
    BANK_PORT: String(bank),
    HUB_URL: `http://hub.localhost:${hub}`,
    SHOP_URL: `http://shop.localhost:${shop}`,
    BANK_URL: `http://bank.localhost:${bank}`,
    TEST_DOOR_KEY: randomBytes(32).toString("hex"),
  };
  const program = startProgram("start", [process.execPath, script("start.mjs")], {
    env: { ...environment, ...own, DATA_DIR: data, HUB_MODE: "test", LOGIN_THROTTLE: "off" },
    // The channel tells the start when we are gone, even under kill -9.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const stop = () => stopProgram(program, { signal: "SIGINT", patience: 30_000, now: interruption.again });
  const last = await Promise.race([waitForReady(program), interruption.happened]);
  if (last === undefined) return { environment: own, stop };
  await stop();
  if (interruption.signal) throw new Interrupted(interruption.signal);
  throw new PlainError("the sites for the journeys did not start.", { detail: last });
}

/**
 * @param {import("./processes.mjs").Program} program
 * @returns {Promise<string | undefined>} its last words when it ended instead
 */
async function waitForReady({ child, ended }) {
  /** @type {string[]} */
  const lines = [];
  const ready = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (line === "ready") resolve(undefined);
      });
    }
  });
  return Promise.race([ready, ended.then(() => lines.slice(-20).join("\n"))]);
}
