/** Ends a command with the exit code of its work, or with one sentence about the error. */
import { PlainError } from "./plain-error.mjs";

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
