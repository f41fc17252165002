/** Installs the packages of the lock file into `node_modules`, unless they are installed already. */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, sep } from "node:path";
import { programs, root } from "./checkout-paths.mjs";
import { runLogged } from "./logged-command.mjs";
import { fullDisk, PlainError } from "./plain-error.mjs";

const modules = join(root, "node_modules");
const lockFile = join(root, "package-lock.json");
const shownLines = 12;
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
  const wanted = lockedPackages(lockFile).filter(([, entry]) => isForThisMachine(entry));
  const node = keepOwnNode();
  const timer = setInterval(() => report(`${countInstalled(wanted)} of ${wanted.length} packages`), 500);
  // An interrupted installation may have left half of a package.
  rmSync(modules, { recursive: true, force: true });
  const { exitCode, lastLines } = await runLogged({
    name: "npm install",
    command: [...npmCommand(environment, node.path), "install", ...npmOptions],
    environment,
    directory: root,
    log,
    interruption,
    onStart,
  }).finally(() => {
    clearInterval(timer);
    node.release();
  });
  if (exitCode !== 0) throw new PlainError(explain(lastLines, log), { detail: firstErrors(lastLines) });
  if (!agreesWithLock()) throw new PlainError(outOfStep);
  linkNode();
  writeFileSync(stamp, fingerprint());
}

/**
 * Not `npm ci`: it refuses a lock file that was written where a mirror had only some platforms' binaries, although
 * all that this machine needs is in it. So that nothing else than what the lock file says is installed for that,
 * the outcome is compared with it.
 */
const npmOptions = [
  "--no-save",
  // No package of ours needs its install script: binaries come inside packages.
  "--ignore-scripts",
  // NODE_ENV=production must not drop what builds.
  "--include=dev",
  "--include=optional",
  "--no-audit",
  "--no-fund",
];

/** npm 10 takes the link away with the Node of another platform, which it has just left out. */
function linkNode() {
  const node = join(programs, "node");
  const own = join("..", `node-${process.platform}-${process.arch}`, "bin", "node");
  if (!existsSync(node) && existsSync(join(programs, own))) symlinkSync(own, node);
}

/**
 * The Node that runs this may lie in the very tree that npm is about to replace; npm needs it to the end.
 *
 * @param {string} [own]
 * @param {string} [tree] folder that goes
 * @returns {{ path: string, release: () => void }}
 */
export function keepOwnNode(own = process.execPath, tree = modules) {
  if (!realpathSync(own).startsWith(`${tree}${sep}`)) return { path: own, release: () => undefined };
  // Beside the tree, so that another name of the same file will do: it is 120 MB.
  const path = join(dirname(tree), ".turbo", `node-${process.pid}`);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  try {
    linkSync(own, path);
  } catch {
    // A file system without second names, or .turbo lies on another one.
    copyFileSync(own, path);
  }
  return { path, release: () => rmSync(path, { force: true }) };
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} [node]
 */
export function npmCommand(environment, node = process.execPath) {
  const npm = environment.npm_execpath;
  return npm && /\.c?js$/.test(npm) && existsSync(npm) ? [node, npm] : ["npm"];
}

/** Hash of all that decides over the contents: the lock file, and the platform, which selects optional packages. */
function fingerprint() {
  const lock = readText(lockFile) ?? "";
  return createHash("sha256").update(`${process.platform} ${process.arch}\n${lock}`).digest("hex");
}

/** Somebody ran `npm install` by hand: npm's own list tells whether it is the same. */
function adoptInstalled() {
  const same = agreesWithLock();
  if (same) {
    linkNode();
    writeFileSync(stamp, fingerprint());
  }
  return same;
}

/** Everything that has to be there is, and nothing is in a version that the lock file does not name. */
function agreesWithLock() {
  const locked = lockedPackages(lockFile);
  const there = lockedPackages(join(modules, ".package-lock.json"));
  const [versions, expected] = [versionsOf(there), versionsOf(locked)];
  return (
    there.length > 0 &&
    there.every(([path, { version }]) => expected.get(path) === version) &&
    locked.every(([path, entry]) => entry.optional || entry.peer || versions.get(path) === entry.version)
  );
}

/** @param {[string, LockEntry][]} packages */
function versionsOf(packages) {
  return new Map(packages.map(([path, { version }]) => [path, version]));
}

/**
 * @typedef {{
 *   version?: string, optional?: boolean, peer?: boolean, link?: boolean,
 *   os?: string | string[], cpu?: string | string[], libc?: string | string[],
 * }} LockEntry
 */

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

/** @param {LockEntry} entry */
function isForThisMachine({ os, cpu, libc }) {
  const fits = (/** @type {string | string[] | undefined} */ names, /** @type {string} */ own) =>
    names === undefined || [names].flat().some((name) => name === own);
  return fits(os, process.platform) && fits(cpu, process.arch) && fits(libc, "glibc");
}

/**
 * npm makes all folders first and fills them then.
 *
 * @param {[string, LockEntry][]} packages
 */
function countInstalled(packages) {
  return packages.filter(([path]) => existsSync(join(root, path, "package.json"))).length;
}

const outOfStep =
  "package-lock.json does not match package.json. Run npm install once, and commit the lock file.";

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
  return `npm could not install the packages. ${log} has its output.`;
}

/**
 * npm says what is wrong first, and then how it is used.
 *
 * @param {string} said
 */
function firstErrors(said) {
  const lines = said.split("\n");
  const errors = lines.filter((line) => /^npm (error|ERR!) ./.test(line));
  return (errors.length > 0 ? errors : lines.slice(-shownLines)).slice(0, shownLines).join("\n");
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
