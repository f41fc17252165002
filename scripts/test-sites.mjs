/** Hub, shop and bank for the journeys: started for testing, on free ports, with a data folder of their own. */
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import getPort from "get-port";
import { script } from "./bootstrap/checkout-paths.mjs";
import { Interrupted, PlainError } from "./bootstrap/plain-error.mjs";
import { startProgram, stopProgram } from "./bootstrap/processes.mjs";
import { startFront } from "./nginx-front.mjs";

/** @typedef {"http" | "https"} Scheme */
/**
 * @typedef {object} TestSites
 * @property {Record<string, string>} environment for the journeys
 * @property {() => Promise<void>} stop
 */

/**
 * Over http they are on `*.localhost`. Over https they are behind nginx, at three domains, and the hub is as strict as
 * in production but for the test door and the throttle.
 *
 * @param {{
 *   environment: NodeJS.ProcessEnv, directory: string, scheme: Scheme, nginx: string | undefined,
 *   interruption: import("./bootstrap/interruption.mjs").Interruption,
 * }} options `directory`: where the data folder goes; what an earlier run left there is removed
 * @returns {Promise<TestSites>}
 * @throws {PlainError} with the last output of the start if it does not become ready
 */
export async function startTestSites({ environment, directory, scheme, nginx, interruption }) {
  const data = join(directory, "sites");
  await rm(data, { recursive: true, force: true });
  const [hub = 0, shop = 0, bank = 0, port = 0, redirectPort = 0] = await Promise.all(
    Array.from({ length: 5 }, () => getPort({ host: "127.0.0.1" })),
  );
  const upstreams = { hub, shop, bank };
  const front =
    scheme === "https"
      ? await startFront({
          nginx: expectNginx(nginx),
          directory: join(directory, "front"),
          port,
          redirectPort,
          upstreams,
          environment,
        })
      : undefined;
  try {
    const apps = await startApps({ environment, data, upstreams, front, interruption });
    const stop = async () => {
      await apps.stop();
      await front?.stop();
    };
    return { environment: apps.environment, stop };
  } catch (error) {
    await front?.stop();
    throw error;
  }
}

/**
 * @param {{
 *   environment: NodeJS.ProcessEnv, data: string, upstreams: Record<import("./nginx-front.mjs").AppName, number>,
 *   front: import("./nginx-front.mjs").Front | undefined, interruption: import("./bootstrap/interruption.mjs").Interruption,
 * }} options
 * @returns {Promise<TestSites>}
 */
async function startApps({ environment, data, upstreams: { hub, shop, bank }, front, interruption }) {
  const journeys = {
    HUB_URL: front?.origins.hub ?? `http://hub.localhost:${hub}`,
    SHOP_URL: front?.origins.shop ?? `http://shop.localhost:${shop}`,
    BANK_URL: front?.origins.bank ?? `http://bank.localhost:${bank}`,
    TEST_DOOR_KEY: randomBytes(32).toString("hex"),
    ...front?.environment,
  };
  const own = {
    HUB_PORT: String(hub),
    SHOP_PORT: String(shop),
    BANK_PORT: String(bank),
    DATA_DIR: data,
    HUB_MODE: "test",
    LOGIN_THROTTLE: "off",
    ...(front && { TRUST_PROXY: "127.0.0.1", CA_FILE: front.authorityFile, ALLOW_LOOPBACK_SITES: "on" }),
  };
  const program = startProgram("start", [process.execPath, script("start.mjs")], {
    env: { ...environment, ...journeys, ...own },
    // The channel tells the start that this process has ended, even by kill -9.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const stop = () => stopProgram(program, { signal: "SIGINT", patience: 30_000, now: interruption.again });
  const last = await Promise.race([waitForReady(program), interruption.happened]);
  if (last === undefined) return { environment: journeys, stop };
  await stop();
  if (interruption.signal) throw new Interrupted(interruption.signal);
  throw new PlainError("the sites for the journeys did not start.", { detail: last });
}

/** @param {string | undefined} nginx */
function expectNginx(nginx) {
  if (nginx !== undefined) return nginx;
  throw new PlainError("the journeys over https need nginx, and there is none.");
}

/**
 * @param {import("./bootstrap/processes.mjs").Program} program
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
