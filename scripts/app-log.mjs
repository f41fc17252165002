/** The log of an app. Lines of earlier starts stay until the file exceeds a limit. */
import { fstatSync, ftruncateSync, openSync, readFileSync } from "node:fs";

/** Maximum size in bytes: weeks of a small hub, and quick to search. */
const muchIs = 8_000_000;

/** @typedef {{ path: string, from: number }} AppLog `from`: where this start begins */

/**
 * @param {string} path
 * @returns {{ output: number, log: AppLog }} `output`: to be closed by the caller
 */
export function openAppLog(path) {
  const output = openSync(path, "a", 0o600);
  // Programs that still write append, so truncating leaves no hole.
  if (fstatSync(output).size >= muchIs) ftruncateSync(output);
  return { output, log: { path, from: fstatSync(output).size } };
}

/**
 * @param {AppLog} log
 * @returns {string} the lines since this start
 */
export function readAppLog({ path, from }) {
  return readFileSync(path).subarray(from).toString("utf8");
}
