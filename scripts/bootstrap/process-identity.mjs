/**
 * Tells one process from another that got the same number later: by the moment it was started, where the system
 * tells (Linux), else by its number alone. Own code: libraries call `ps`, which small images lack, and know the number
 * alone.
 */
import { readdirSync, readFileSync } from "node:fs";

/**
 * @typedef {object} ProcessIdentity
 * @property {number} pid
 * @property {string} [started] clock ticks since the machine's start; absent where /proc does not tell
 */

/** @typedef {{ pid: number, parent: number, group: number, session: number, started: string }} ProcessEntry */

/** @param {number} pid */
function readEntry(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name may hold blanks and brackets; what follows the last bracket is plain.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, parent, group, session] = fields;
    if (state === "Z" || state === "X") return undefined;
    return {
      pid,
      parent: Number(parent),
      group: Number(group),
      session: Number(session),
      started: fields[19] ?? "",
    };
  } catch {
    return undefined; // gone, or no /proc
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
export function isAlive(identity) {
  if (!Number.isInteger(identity.pid) || identity.pid <= 0) return false;
  if (identity.started !== undefined) return readEntry(identity.pid)?.started === identity.started;
  try {
    process.kill(identity.pid, 0);
    return process.platform !== "linux" || readEntry(identity.pid) !== undefined;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * @param {number} pid
 * @returns {number} 0 where /proc does not tell
 */
export function parentOf(pid) {
  return readEntry(pid)?.parent ?? 0;
}

/**
 * Some shells stay between npm and the program of a script, others become it.
 *
 * @param {number} pid
 */
export function isShellOfNpm(pid) {
  try {
    return /^[^\0]*sh\0-c\0/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
  } catch {
    return false;
  }
}

/**
 * A process, the group it leads, and all that descends from either: programs such as turbo give their own children
 * groups of their own.
 *
 * @param {number} pid
 * @returns {ProcessIdentity[]} without the process itself; empty where there is no /proc
 */
export function familyOf(pid) {
  const entries = readAll();
  const family = new Set([pid]);
  for (let grown = true; grown; ) {
    const before = family.size;
    for (const entry of entries) {
      if (family.has(entry.parent) || entry.group === pid || entry.session === pid) family.add(entry.pid);
    }
    grown = family.size > before;
  }
  family.delete(pid);
  return entries.filter((entry) => family.has(entry.pid)).map(({ pid, started }) => ({ pid, started }));
}

/** @returns {ProcessEntry[]} */
function readAll() {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readEntry(Number(name)))
      .filter((entry) => entry !== undefined);
  } catch {
    return [];
  }
}
