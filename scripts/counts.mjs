/** Reads what test runners report, so that one line can close the run. */
import { readFile, stat } from "node:fs/promises";

/** @typedef {{ passed: number, failed: number }} Counts */

/**
 * A runner that found no test has shown nothing, and one that failed outside of a test has failed: either counts as
 * one failure.
 *
 * @param {string | undefined} file JSON report of vitest or Playwright; `undefined`: the program counts as one
 * @param {number} exitCode of the program
 * @param {{ mayBeSkipped?: boolean, since?: number }} [options] `mayBeSkipped`: where the run says why every test was
 *   skipped, none counts at all; `since`: an older report is none, in milliseconds since 1970
 * @returns {Promise<Counts>}
 */
export async function countReport(file, exitCode, { mayBeSkipped = false, since = 0 } = {}) {
  if (file === undefined) return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const report = await readReport(file, since);
  const { expected, unexpected, flaky = 0 } = report.stats ?? {};
  const { numPassedTests, numFailedTests, numPendingTests, numTotalTests } = report;
  const passed = expected ?? numPassedTests ?? 0;
  const failed = (unexpected ?? numFailedTests ?? 0) + flaky;
  const allSkipped = numPendingTests > 0 && numPendingTests === numTotalTests;
  if (mayBeSkipped && allSkipped && exitCode === 0) return { passed, failed };
  const silent = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: silent ? 1 : failed };
}

/**
 * @param {string} file
 * @param {number} since
 */
async function readReport(file, since) {
  try {
    return (await stat(file)).mtimeMs < since ? {} : JSON.parse(await readFile(file, "utf8"));
  } catch {
    return {}; // there is no report, or it is incomplete: the exit code decides
  }
}
