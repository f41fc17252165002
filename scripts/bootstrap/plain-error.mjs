/** Errors that one sentence explains to the user of a command, and the end of a command that met one. */

/** It is shown without a stack. */
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
 * @param {() => Promise<number>} work
 * @returns {Promise<never>} ends the process with the exit code of the work
 */
export async function runCommand(work) {
  process.exit(await work().catch(showError));
}

/**
 * @param {unknown} error
 * @returns {number} exit code
 */
export function showError(error) {
  if (!(error instanceof PlainError)) {
    process.stderr.write(`error: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 1;
  }
  const detail = error.detail && `${error.detail.replaceAll(/^/gm, "    ")}\n`;
  process.stderr.write(`${detail}error: ${error.message}\n`);
  return error.exitCode;
}

/**
 * @param {unknown} error
 * @returns {unknown} code of an error of the system, such as "ENOENT"
 */
export function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
