/** One start at a time on one data folder; what a crashed one left is ended. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StopError } from "./stop-error.mjs";

/**
 * @param {string} dataDirectory
 * @returns {{ release(): void }}
 * @throws {StopError} when another start holds it
 */
export function takeRunLock(dataDirectory) {
  const file = join(dataDirectory, "run.pid");
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return { release: () => rmSync(file, { force: true }) };
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
      const holder = Number(readFileSync(file, "utf8"));
      if (isStart(holder)) {
        throw new StopError(
          `Gatehouse is running already on ${dataDirectory} (process ${holder}). Stop that one with Ctrl-C, or set DATA_DIR to another folder.`,
        );
      }
      rmSync(file, { force: true });
    }
  }
  throw new StopError(`${file} comes back whenever it is removed. Are several starts racing? Try again.`);
}

/**
 * A process id is used again after a crash; only a process that runs a script of ours counts.
 *
 * @param {number} pid
 */
function isStart(pid) {
  if (!Number.isInteger(pid) || pid < 1 || pid === process.pid) return false;
  const commandLine = `/proc/${pid}/cmdline`;
  if (existsSync("/proc/self/cmdline")) {
    return (
      existsSync(commandLine) && /scripts\/(start|test|bench)\.mjs/.test(readFileSync(commandLine, "utf8"))
    );
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
