/** Reads what test runners report, so that one line can close the run. */
import { readFile } from "node:fs/promises";

/** @typedef {{ passed: number, failed: number }} Counts */

/**
 * @param {string} file JSON report of vitest
 * @param {number} exitCode of vitest
 * @param {{ mayBeSkipped?: boolean }} [options] where the run says why every test was skipped, none counts at all
 * @returns {Promise<Counts>} a run that failed without a failed test counts as one failure
 */
export async function vitestCounts(file, exitCode, { mayBeSkipped = false } = {}) {
  const report = await readReport(file);
  const counts = { passed: report?.numPassedTests ?? 0, failed: report?.numFailedTests ?? 0 };
  const allSkipped = report?.numPendingTests > 0 && report.numPendingTests === report.numTotalTests;
  return mayBeSkipped && allSkipped && exitCode === 0 ? counts : honest(counts, exitCode);
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
