/** Refuses disks that are too full for the installation, the build or a start, before minutes are spent. */
import { existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { PlainError } from "./plain-error.mjs";

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

const megabyte = 2 ** 20;

/** @typedef {{ place: string, megabytes: number }} Want */

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
    const before = disks.get(disk);
    disks.set(disk, { place: before?.place ?? place, megabytes: (before?.megabytes ?? 0) + megabytes, free });
  }
  for (const { place, megabytes, free } of disks.values()) {
    const left = Math.floor(free / megabyte);
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
