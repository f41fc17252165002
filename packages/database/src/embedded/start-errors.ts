import { codeOf, DatabaseError, diskFull } from "../database-error.ts";
import type { ServerProcess } from "./server-process.ts";

/** Temporary reasons: another process was faster, or backends of a killed server have not exited yet. */
const passing =
  /lock file .* already exists|lock file .* is empty|pre-existing shared memory block|could not create any TCP|could not bind/i;

/**
 * Explains why a server exited before it was ready.
 *
 * @throws DatabaseError unless it never started or the reason is temporary
 */
export function explainFailedStart(own: ServerProcess | undefined): void {
  const said = own?.said() ?? "";
  if (own && !passing.test(said)) {
    throw isDiskFull(said) ? diskFull() : startFailed(relevantLogLine(said) || "it said nothing");
  }
}

export function startFailed(reason: string): DatabaseError {
  return new DatabaseError(
    "start-failed",
    `The embedded database does not start: ${reason}.`,
    "See postgres.log in the data directory, or set DATABASE_URL to another PostgreSQL.",
  );
}

/** Turns errors of the file system into a `DatabaseError`; others stay unchanged. */
export function explainFolderError(error: unknown, directory: string): unknown {
  const code = codeOf(error);
  if (error instanceof DatabaseError) {
    return error;
  }
  if (code === "ENOSPC" || code === "EDQUOT") {
    return diskFull(error);
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOTDIR" || code === "EEXIST") {
    return new DatabaseError(
      "folder-unusable",
      `The database cannot use ${directory} (${code}).`,
      "Give the folder to the user who starts the hub, or set DATA_DIR to another one.",
      { cause: error },
    );
  }
  return error;
}

export function isDiskFull(said: string): boolean {
  return /No space left on device|Check free disk space|Disk quota exceeded/i.test(said);
}

/** Line of a program's output that names the error. */
export function relevantLogLine(said: string): string {
  const lines = said.trim().split("\n");
  const telling = lines.find((line) => /FATAL|PANIC|error:/i.test(line)) ?? lines.at(-1) ?? "";
  return telling.replace(/^.*?(FATAL|PANIC|error):\s*/i, "").slice(0, 300);
}
