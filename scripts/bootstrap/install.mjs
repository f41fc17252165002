/**
 * Installs the packages of the lock file into `node_modules`, unless they are installed already.
 *
 * @import { Interruption } from "./interruption.mjs"
 * @import { ProcessIdentity } from "./process-identity.mjs"
 */
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
import { programs, root } from "./checkout.mjs";
import { fullDisk } from "./disk.mjs";
import { runLogged } from "./logged-command.mjs";
import { PlainError } from "./plain-error.mjs";

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
 *   environment: NodeJS.ProcessEnv, log: string, interruption: Interruption,
 *   report: (detail: string) => void, onStart: (identity: ProcessIdentity) => void,
 * }} options
 */
export async function install({ environment, log, interruption, report, onStart }) {
  const wanted = lockedPackages(lockFile).filter(([, entry]) => isForThisMachine(entry));
  const node = keepOwnNode();
  // npm makes all folders first and fills them then.
  const isFilled = (/** @type {[string, LockEntry]} */ [path]) =>
    existsSync(join(root, path, "package.json"));
  const timer = setInterval(
    () => report(`${wanted.filter(isFilled).length} of ${wanted.length} packages`),
    500,
  );
  // An interrupted installation may have left half of a package.
  rmSync(modules, { recursive: true, force: true });
  const { exitCode, lastLines } = await runLogged({
    command: [...npmCommand(environment, node.path), "install", ...npmOptions],
    environment,
    log,
    interruption,
    onStart,
  }).finally(() => {
    clearInterval(timer);
    node.release();
  });
  if (exitCode !== 0) {
    // npm says what is wrong first, and then how it is used.
    const lines = lastLines.split("\n");
    const errors = lines.filter((line) => /^npm (error|ERR!) ./.test(line));
    const shown = errors.length > 0 ? errors : lines.slice(-shownLines);
    throw new PlainError(explain(lastLines, log), { detail: shown.slice(0, shownLines).join("\n") });
  }
  if (!adoptInstalled()) {
    throw new PlainError(
      "package-lock.json does not match package.json. Run npm install once, and commit the lock file.",
    );
  }
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
 * @param {string} node
 */
function npmCommand(environment, node) {
  const npm = environment.npm_execpath;
  return npm && /\.c?js$/.test(npm) && existsSync(npm) ? [node, npm] : ["npm"];
}

/** @returns {boolean} whether npm's own list is that of the lock file, by whomever it was installed */
function adoptInstalled() {
  if (!agreesWithLock()) return false;
  linkNode();
  writeFileSync(stamp, fingerprint());
  return true;
}

/** Hash of all that decides over the contents: the lock file, and the platform, which selects optional packages. */
function fingerprint() {
  const lock = readText(lockFile) ?? "";
  return createHash("sha256").update(`${process.platform} ${process.arch}\n${lock}`).digest("hex");
}

/** Everything that has to be there is, and nothing is in a version that the lock file does not name. */
function agreesWithLock() {
  const locked = lockedPackages(lockFile);
  const there = lockedPackages(join(modules, ".package-lock.json"));
  const [installed, expected] = [new Map(there), new Map(locked)];
  return (
    there.length > 0 &&
    there.every(([path, { version }]) => expected.get(path)?.version === version) &&
    locked.every(([path, { optional, peer, version }]) => {
      return optional || peer || installed.get(path)?.version === version;
    })
  );
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

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
