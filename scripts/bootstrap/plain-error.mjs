/** An error that one sentence explains to the user of a command. It is shown without a stack. */
export class PlainError extends Error {
  /**
   * @param {string} sentence what went wrong and what to do
   * @param {{ detail?: string, exitCode?: number }} [options] last words of a failed program, shown above the sentence
   */
  constructor(sentence, { detail = "", exitCode = 1 } = {}) {
    super(sentence);
    this.detail = detail;
    this.exitCode = exitCode;
  }
}

/** A signal ended the command before its work was done. */
export class Interrupted extends PlainError {
  /** @param {import("./interruption.mjs").EndingSignal} signal */
  constructor(signal) {
    super(`stopped by ${signal}`, { exitCode: { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[signal] });
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
  const code = error instanceof Error && "code" in error ? error.code : undefined;
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
