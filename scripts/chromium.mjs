/** Finds a Chromium for the journeys, or gets one. */
import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { root } from "./house.mjs";
import { PlainError } from "./plain-error.mjs";

const execute = promisify(execFile);
const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
/** A download that makes no progress is given up after this, in milliseconds. */
const patience = 300_000;

/**
 * In this order: `CHROMIUM_PATH`, one on the path, Debian's package (as root), Playwright's own download.
 *
 * @param {{ report: (text: string) => void, environment: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} path of the program
 * @throws {PlainError} one sentence, when there is none and none can be had
 */
export async function findChromium({ report, environment }) {
  const given = environment.CHROMIUM_PATH;
  if (given) {
    if (await isProgram(given)) return given;
    throw new PlainError(`CHROMIUM_PATH names ${given}, which is no program.`);
  }
  const found = await onPath(environment);
  if (found) return found;
  if (process.getuid?.() === 0 && (await isProgram("/usr/bin/apt-get"))) {
    report("installing Debian's chromium");
    const packaged = await fromDebian(environment).catch(() => undefined);
    if (packaged) return packaged;
  }
  report("downloading Playwright's Chromium");
  const downloaded = await fromPlaywright(environment).catch(() => undefined);
  if (downloaded) return downloaded;
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
async function fromDebian(environment) {
  const env = { ...environment, DEBIAN_FRONTEND: "noninteractive" };
  await execute("apt-get", ["update", "-q"], { env, timeout: patience, maxBuffer: 2 ** 26 });
  await execute("apt-get", ["install", "-q", "-y", "--no-install-recommends", "chromium"], {
    env,
    timeout: patience,
    maxBuffer: 2 ** 26,
  });
  return onPath(environment);
}

/** @param {NodeJS.ProcessEnv} environment */
async function fromPlaywright(environment) {
  await execute("playwright", ["install", "chromium"], {
    env: environment,
    timeout: patience,
    maxBuffer: 2 ** 26,
  });
  const script =
    'import("@playwright/test").then(({ chromium }) => process.stdout.write(chromium.executablePath()))';
  const { stdout } = await execute("node", ["-e", script], { env: environment, cwd: root });
  return (await isProgram(stdout)) ? stdout : undefined;
}

/** @param {string} path */
async function isProgram(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
