/** Reads what test runners report, so that one line can close the run. */
import { readFile } from "node:fs/promises";

/** @typedef {{ passed: number, failed: number }} Counts */

/**
 * @param {string} file JSON report of vitest
 * @param {number} exitCode of vitest
 * @returns {Promise<Counts>} a run that failed without a failed test counts as one failure
 */
export async function vitestCounts(file, exitCode) {
  const report = await readReport(file);
  const passed = report?.numPassedTests ?? 0;
  return honest({ passed, failed: report?.numFailedTests ?? 0 }, exitCode);
}

/**
 * @param {string} file JSON report of Playwright
 * @param {number} exitCode of Playwright
 * @returns {Promise<Counts>}
 */
export async function playwrightCounts(file, exitCode) {
  const stats = (await readReport(file))?.stats;
  return honest(
    { passed: stats?.expected ?? 0, failed: (stats?.unexpected ?? 0) + (stats?.flaky ?? 0) },
    exitCode,
  );
}

/**
 * A runner that found no test has shown nothing, and one that failed outside of a test has failed.
 *
 * @param {Counts} counts
 * @param {number} exitCode
 * @returns {Counts}
 */
export function honest({ passed, failed }, exitCode) {
  const silent = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: silent ? 1 : failed };
}

/** @param {string} file */
async function readReport(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined; // none was written, or not to its end: the exit code decides
  }
}
