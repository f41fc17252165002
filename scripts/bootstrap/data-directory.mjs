/** The folder that keeps what a run makes: database, secrets, logs. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectDiskSpace, room } from "./disk-space.mjs";
import { explainFileError } from "./plain-error.mjs";

/**
 * Makes sure of the folder before anything long begins.
 *
 * @param {string} dataDirectory
 * @param {typeof expectDiskSpace} [expect] refuses a disk with too little room
 * @returns {string} its folder for logs
 * @throws {PlainError} when it cannot be made or written, or its disk is full
 */
export function prepareDataDirectory(dataDirectory, expect = expectDiskSpace) {
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
  const isFirst = !existsSync(join(dataDirectory, "postgres"));
  expect([{ place: dataDirectory, megabytes: room.aStart + (isFirst ? room.firstDatabase : 0) }]);
  return logs;
}
