/**
 * Tells one process from another that got the same number later: by the moment it was started, where the system
 * tells (Linux), else by its number alone. Own code: libraries call `ps`, which small images lack, and know the number
 * alone.
 */
import { readdirSync, readFileSync } from "node:fs";
import { codeOf } from "./plain-error.mjs";

/**
 * @typedef {object} ProcessIdentity
 * @property {number} pid
 * @property {string} [started] clock ticks since the machine's start; absent where /proc does not tell
 */

/**
 * @param {number} pid
 * @returns `undefined`: it has ended, or there is no /proc
 */
function readEntry(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name may hold blanks and brackets; what follows the last bracket is plain.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, ...numbers] = fields;
    if (state === "Z" || state === "X") return undefined;
    const [parent = 0, group = 0, session = 0] = numbers.map(Number);
    return { pid, parent, group, session, started: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

/**
 * @param {number} pid
 * @returns {ProcessIdentity}
 */
export function identify(pid) {
  const entry = readEntry(pid);
  return entry ? { pid, started: entry.started } : { pid };
}

/**
 * @param {ProcessIdentity} identity
 * @returns {boolean} whether that very process still runs
 */
export function isAlive({ pid, started }) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (started !== undefined) return readEntry(pid)?.started === started;
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || readEntry(pid) !== undefined;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/**
 * Some shells stay between npm and the program of a script, others become it.
 *
 * @returns {ProcessIdentity} of the npm that runs this program as a script
 */
export function identifyNpm() {
  const parent = process.ppid;
  try {
    const isShell = /^[^\0]*sh\0-c\0/.test(readFileSync(`/proc/${parent}/cmdline`, "utf8"));
    return identify(isShell ? (readEntry(parent)?.parent ?? 0) : parent);
  } catch {
    return identify(parent);
  }
}

/**
 * A process, the group it leads, and all that descends from either: programs such as turbo give their own children
 * groups of their own.
 *
 * @param {number} pid
 * @returns {ProcessIdentity[]} without the process itself; empty for 0, a program that could not be started, and where there
 *   is no /proc
 */
export function familyOf(pid) {
  // Every process of the kernel, and in a container of the host, has the parent 0.
  if (pid === 0) return [];
  const entries = readAll();
  const family = new Set([pid]);
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const entry of entries) {
      if (family.has(entry.parent) || entry.group === pid || entry.session === pid) family.add(entry.pid);
    }
  }
  family.delete(pid);
  return entries.filter((entry) => family.has(entry.pid)).map(({ pid, started }) => ({ pid, started }));
}

function readAll() {
  try {
    return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) && readEntry(Number(name))) || []);
  } catch {
    return [];
  }
}
