/** The log of an app. Lines of earlier starts stay until the file exceeds a limit. */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";

/** Maximum size in bytes: weeks of a small hub, and quick to search. */
const muchIs = 8_000_000;

/**
 * @typedef {object} AppLog
 * @property {string} path
 * @property {number} from where this start begins
 */

/**
 * @param {string} path
 * @returns {{ output: number, log: AppLog }} `output`: to be closed by the caller
 */
export function openAppLog(path) {
  const output = openSync(path, "a", 0o600);
  const { size } = fstatSync(output);
  if (size < muchIs) return { output, log: { path, from: size } };
  closeSync(output);
  // Programs that still write append, so truncating leaves no hole.
  closeSync(openSync(path, "w", 0o600));
  return { output: openSync(path, "a", 0o600), log: { path, from: 0 } };
}

/**
 * @param {AppLog} log
 * @returns {string} the lines since this start
 */
export function readAppLog({ path, from }) {
  return readFileSync(path).subarray(from).toString("utf8");
}
