/** Brings `node_modules` to what the lock file says, and leaves it alone when it is there already. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { programs, root } from "./house.mjs";
import { runLogged } from "./logged-command.mjs";
import { fullDisk, PlainError } from "./plain-error.mjs";

const modules = join(root, "node_modules");
const lockFile = join(root, "package-lock.json");
const stamp = join(modules, ".gatehouse-install");

/** @returns {boolean} */
export function isInstalled() {
  return readText(stamp) === fingerprint() || adoptInstalled();
}

/**
 * @param {{
 *   environment: NodeJS.ProcessEnv, log: string, interruption: import("./interruption.mjs").Interruption,
 *   report: (detail: string) => void, onStart: (identity: import("./process-identity.mjs").ProcessIdentity) => void,
 * }} options
 */
export async function install({ environment, log, interruption, report, onStart }) {
  const wanted = lockedPackages(lockFile).length;
  const timer = setInterval(() => report(`${countInstalled()} of ${wanted} packages`), 500);
  const { exitCode, lastLines } = await runLogged({
    name: "npm ci",
    // No package of ours needs its install script: binaries come inside packages.
    command: [
      ...npmCommand(environment),
      "ci",
      "--ignore-scripts",
      "--include=dev",
      "--no-audit",
      "--no-fund",
    ],
    environment,
    directory: root,
    log,
    interruption,
    onStart,
  }).finally(() => clearInterval(timer));
  if (exitCode !== 0) throw new PlainError(explain(lastLines, log), { detail: lastLines });
  writeFileSync(stamp, fingerprint());
}

/**
 * The programs of `node_modules` come first, Node 24 among them.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv}
 */
export function withPrograms(environment) {
  return { ...environment, PATH: [programs, environment.PATH ?? ""].join(delimiter) };
}

/** @param {NodeJS.ProcessEnv} environment */
export function npmCommand(environment) {
  const npm = environment.npm_execpath;
  return npm && /\.c?js$/.test(npm) && existsSync(npm) ? [process.execPath, npm] : ["npm"];
}

/** What decides over the contents: the lock file, and the kind of machine that optional packages are chosen for. */
function fingerprint() {
  const lock = readText(lockFile) ?? "";
  return createHash("sha256").update(`${process.platform} ${process.arch}\n${lock}`).digest("hex");
}

/** Somebody ran `npm install` by hand: npm's own list tells whether it is the same. */
function adoptInstalled() {
  const there = new Map(lockedPackages(join(modules, ".package-lock.json")));
  const same =
    there.size > 0 &&
    lockedPackages(lockFile)
      .filter(([, entry]) => !entry.optional && !entry.peer)
      .every(([path, entry]) => there.get(path)?.version === entry.version);
  if (same) writeFileSync(stamp, fingerprint());
  return same;
}

/** @typedef {{ version?: string, optional?: boolean, peer?: boolean, link?: boolean }} LockEntry */

/**
 * @param {string} file
 * @returns {[string, LockEntry][]}
 */
function lockedPackages(file) {
  try {
    const { packages } = JSON.parse(readFileSync(file, "utf8"));
    return Object.entries(packages).filter(([path, entry]) => path.includes("node_modules/") && !entry.link);
  } catch {
    return [];
  }
}

function countInstalled() {
  const list = (/** @type {string} */ folder) => {
    try {
      return readdirSync(folder).filter((name) => !name.startsWith("."));
    } catch {
      return [];
    }
  };
  return list(modules)
    .map((name) => (name.startsWith("@") ? list(join(modules, name)).length : 1))
    .reduce((sum, count) => sum + count, 0);
}

/**
 * @param {string} said
 * @param {string} log
 */
function explain(said, log) {
  if (/ENOSPC|no space left/i.test(said)) return fullDisk(root);
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/.test(said)) {
    return "the npm registry cannot be reached. Check the network, or npm's registry and proxy settings.";
  }
  if (/EACCES|EPERM|EROFS/.test(said)) {
    return `the packages cannot be written under ${root}. Give the checkout to the user who runs this.`;
  }
  if (/in sync|EUSAGE/.test(said)) {
    return "package-lock.json does not match package.json. Run npm install once, and commit the lock file.";
  }
  return `npm could not install the packages. ${log} has all it said.`;
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
