import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Creates the file of a database, if there is none, readable for its owner only; SQLite gives its journal files the same
 * mode. A new folder is private as well; an existing one is left alone, because it may hold other files.
 *
 * @see https://www.sqlite.org/tempfiles.html
 */
export function makePrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", 0o600));
  for (const name of [file, `${file}-wal`, `${file}-shm`]) keepPrivate(name);
}

/** Corrects the mode of a file that an earlier version made. */
function keepPrivate(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
