/** Finds a Chromium for the journeys, or gets one. */
import { access, constants, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { root } from "./house.mjs";
import { PlainError } from "./plain-error.mjs";
import { quietlyRun } from "./quietly-run.mjs";
import { unpackChromium, unpackedLauncher } from "./unpacked-chromium.mjs";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
/** Behind a closed network Playwright's download may hang instead of being refused, in milliseconds. */
const downloadPatience = 240_000;
const unpacked = join(root, ".data", "chromium");

/**
 * @typedef {object} Way
 * @property {string} title for whoever waits
 * @property {(environment: NodeJS.ProcessEnv) => Promise<string | undefined>} find path of a program
 */

/** @type {readonly Way[]} */
const ways = [
  { title: "looking for one", find: onPath },
  { title: "looking for one", find: async () => unpackedLauncher(unpacked) },
  { title: "installing Debian's chromium", find: installed },
  { title: "downloading Playwright's Chromium", find: downloaded },
  { title: "unpacking Debian's chromium", find: (environment) => unpackChromium(unpacked, environment) },
];

/**
 * `CHROMIUM_PATH`, or the first of the ways that leads to one that starts.
 *
 * @param {{ report: (text: string) => void, environment: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} path of the program
 * @throws {PlainError} one sentence, when there is none and none can be had
 */
export async function findChromium({ report, environment }) {
  const given = environment.CHROMIUM_PATH;
  if (given) {
    if (await starts(given, environment)) return given;
    throw new PlainError(`CHROMIUM_PATH names ${given}, which is no Chromium that starts.`);
  }
  for (const { title, find } of ways) {
    report(title);
    const path = await find(environment).catch(() => undefined);
    if (path && (await starts(path, environment))) return path;
  }
  throw new PlainError(
    "no Chromium was found and none could be installed. Install one (Debian: apt-get install chromium) or set CHROMIUM_PATH.",
  );
}

/** @param {NodeJS.ProcessEnv} environment */
async function onPath(environment) {
  for (const directory of (environment.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      const path = join(directory, name);
      if (await isProgram(path)) return path;
    }
  }
  return undefined;
}

/** @param {NodeJS.ProcessEnv} environment */
async function installed(environment) {
  if (process.getuid?.() !== 0) return undefined;
  const env = { ...environment, DEBIAN_FRONTEND: "noninteractive" };
  await quietlyRun(["apt-get", "update", "-q"], { environment: env });
  await quietlyRun(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"], {
    environment: env,
  });
  return onPath(environment);
}

/** @param {NodeJS.ProcessEnv} environment */
async function downloaded(environment) {
  await quietlyRun(["playwright", "install", "chromium"], { environment, patience: downloadPatience });
  const script =
    'import("@playwright/test").then(({ chromium }) => process.stdout.write(chromium.executablePath()))';
  return quietlyRun(["node", "-e", script], { environment, directory: root });
}

/**
 * A browser can be there and lack a library: only one that shows a page counts.
 *
 * @param {string} path
 * @param {NodeJS.ProcessEnv} environment
 */
async function starts(path, environment) {
  const profile = await mkdtemp(join(tmpdir(), "gatehouse-chromium-"));
  const quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run"];
  const page = "data:text/html,<title>it starts</title>";
  const words = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`, "--dump-dom"];
  try {
    const shown = await quietlyRun([path, ...words, ...quiet, page], { environment, patience: 60_000 });
    return shown.includes("it starts");
  } catch {
    return false;
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @param {string} path */
async function isProgram(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
