/** The data directory, and what a disk refuses: it is full, or not ours. Found before minutes are spent. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { codeOf, PlainError } from "./plain-error.mjs";

/** Sizes on a disk of Linux x64, measured and rounded up, in megabytes. */
export const room = {
  /** `node_modules` */
  packages: 1_250,
  /** what npm keeps of packages that it downloads for the first time */
  npmCache: 550,
  /** all three apps, and what turbo keeps of them */
  builds: 150,
  /** an embedded PostgreSQL with its first tables and demo people */
  firstDatabase: 48,
  /** logs, and a database that starts */
  aStart: 32,
};

/** @typedef {{ place: string, megabytes: number }} Want */

/**
 * @param {string} dataDirectory keeps what a run makes: database, secrets, logs
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

/**
 * @param {readonly Want[]} wants those of one disk count together; a place need not be there yet
 * @param {(place: string) => { disk: number, free: number }} [measure] `free` in bytes
 * @throws {PlainError} naming the first place on a disk with too little room
 */
export function expectDiskSpace(wants, measure = measureDisk) {
  /** @type {Map<number, Want & { free: number }>} */
  const disks = new Map();
  for (const { place, megabytes } of wants) {
    const { disk, free } = measure(place);
    const before = disks.get(disk) ?? { place, megabytes: 0 };
    disks.set(disk, { place: before.place, megabytes: before.megabytes + megabytes, free });
  }
  for (const { place, megabytes, free } of disks.values()) {
    const left = Math.floor(free / 2 ** 20);
    if (left >= megabytes) continue;
    throw new PlainError(
      `the disk that holds ${place} has ${left} MB left, and this needs ${megabytes} MB. ` +
        "Make room and start again; nothing that was acknowledged is lost.",
    );
  }
}

/** @param {string} place */
function measureDisk(place) {
  let there = place;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const { bavail, bsize } = statfsSync(there);
  return { disk: statSync(there).dev, free: bavail * bsize };
}

/**
 * Writes a file under another name first, so that it is never incomplete, and readable by its owner only.
 *
 * @param {string} path
 * @param {unknown} value that becomes JSON
 * @throws {PlainError} when its folder cannot be written or its disk is full
 */
export function writeWhole(path, value) {
  const next = `${path}.${process.pid}`;
  try {
    const file = openSync(next, "w", 0o600);
    writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
    fsyncSync(file);
    closeSync(file);
    renameSync(next, path);
  } catch (error) {
    throw explainFileError(error, dirname(path));
  }
}

/**
 * Puts what the file system refuses into a sentence; everything else passes as it is.
 *
 * @param {unknown} error
 * @param {string} place the folder or file that was to be written
 * @returns {unknown}
 */
export function explainFileError(error, place) {
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT") return new PlainError(fullDisk(place));
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new PlainError(
      `${place} cannot be written by this user (${code}). Give it to the user who runs this, or set DATA_DIR.`,
    );
  }
  if (code === "ENOTDIR" || code === "EEXIST") {
    return new PlainError(
      `${place} should be a folder, but there is a file in its way. Move it, or set DATA_DIR.`,
    );
  }
  return error;
}

/** @param {string} place */
export function fullDisk(place) {
  return `The disk that holds ${place} is full. Make room and start again; nothing that was acknowledged is lost.`;
}
