/** The folder that keeps what a run makes: database, secrets, logs. */
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explainFileError, fullDisk, PlainError } from "./plain-error.mjs";

/** A database that starts writes at least this much, in bytes. */
const leastRoom = 32 * 2 ** 20;

/**
 * Makes sure of the folder before anything long begins.
 *
 * @param {string} dataDirectory
 * @returns {string} its folder for logs
 * @throws {PlainError} when it cannot be made or written, or its disk is full
 */
export function prepareDataDirectory(dataDirectory) {
  const logs = join(dataDirectory, "logs");
  const probe = join(dataDirectory, `.writable.${process.pid}`);
  try {
    mkdirSync(logs, { recursive: true });
    try {
      writeFileSync(probe, Buffer.alloc(65_536));
    } finally {
      rmSync(probe, { force: true });
    }
  } catch (error) {
    throw explainFileError(error, dataDirectory);
  }
  const { bavail, bsize } = statfsSync(dataDirectory);
  if (bavail * bsize < leastRoom) throw new PlainError(fullDisk(dataDirectory));
  return logs;
}
