import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a database's file, if there is none, and keeps it from other users of the machine; what SQLite puts beside
 * it gets the same mode. A folder that is made for it is for its owner alone; one that is there is left as it is,
 * because it may hold other people's things.
 *
 * @see https://www.sqlite.org/tempfiles.html
 */
export function makePrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", 0o600));
  for (const name of [file, `${file}-wal`, `${file}-shm`]) keepPrivate(name);
}

/** For what an earlier version made. */
function keepPrivate(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
