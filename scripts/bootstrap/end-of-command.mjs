/** How a command ends that could not do what it was asked. */
import { PlainError } from "./plain-error.mjs";

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
