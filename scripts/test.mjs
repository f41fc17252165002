/**
 * `npm test`: sets everything up, runs every check, goes on after a failed one, and closes with one line of counts.
 *
 * `node scripts/test.mjs <part,part…> [words]` runs some parts (`checks.mjs`); the words go to the runner of each, such
 * as a test file.
 */
import "./node-version.mjs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { checks } from "./checks.mjs";
import { findChromium } from "./chromium.mjs";
import { prepareDataDirectory } from "./data-directory.mjs";
import { showError } from "./end-of-command.mjs";
import { childEnvironment } from "./environment.mjs";
import { root } from "./house.mjs";
import { watchForInterruption } from "./interruption.mjs";
import { Lock } from "./lock.mjs";
import { runLogged } from "./logged-command.mjs";
import { PlainError } from "./plain-error.mjs";
import { createProgress } from "./progress.mjs";
import { setUp, setUpSteps } from "./set-up.mjs";
import { withoutSettings } from "./settings.mjs";
import { startTestSites } from "./test-sites.mjs";

const interruption = watchForInterruption();
const [parts, ...words] = process.argv.slice(2);

try {
  process.exitCode = await run();
} catch (error) {
  process.exitCode = showError(error);
  if (!interruption.signal) process.stdout.write("0 passed, 1 failed\n");
}
process.exit();

/** @returns {Promise<number>} exit code */
async function run() {
  const directory = join(root, ".data", "test");
  const logs = prepareDataDirectory(directory);
  const lock = new Lock(join(directory, "run.json"));
  if (!lock.tryToTake()) throw alreadyRuns(lock);
  try {
    return await runChecks(directory, logs);
  } finally {
    lock.release();
  }
}

/**
 * @param {string} directory
 * @param {string} logs folder
 * @returns {Promise<number>} exit code
 */
async function runChecks(directory, logs) {
  const reports = join(directory, "reports");
  await rm(reports, { recursive: true, force: true });
  await mkdir(reports, { recursive: true });

  const environment = { ...withoutSettings(process.env), CI: "1", NO_COLOR: "1" };
  const progress = createProgress({ total: setUpSteps + Number(isWanted({ part: "e2e" })) });
  await setUp({ environment, logs, interruption, progress });
  const tools = childEnvironment(environment);
  const chromium = isWanted({ part: "e2e" })
    ? await progress.step("finding a Chromium", ({ report }) =>
        findChromium({ environment: tools, report }).catch(showAndGoOn),
      )
    : undefined;

  const total = { passed: 0, failed: 0 };
  for (const check of checks({ reports, chromium }).filter(isWanted)) {
    const begun = performance.now();
    const { passed, failed } = await runCheck(check, { environment: tools, directory, logs }).catch(
      (error) => showAndGoOn(error) ?? { passed: 0, failed: 1 },
    );
    total.passed += passed;
    total.failed += failed;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    process.stdout.write(
      `${failed === 0 ? "ok    " : "FAILED"} ${check.name}  (${passed} passed, ${failed} failed, ${seconds} s)\n`,
    );
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 ? 0 : 1;
}

/**
 * Without a choice every part is wanted.
 *
 * @param {Pick<import("./checks.mjs").Check, "part">} check
 */
function isWanted({ part }) {
  return parts === undefined || parts.split(",").includes(part);
}

/**
 * Two would write the same reports, and neither would show what it has found.
 *
 * @param {Lock} lock
 */
function alreadyRuns(lock) {
  const holder = lock.read();
  return new PlainError(
    `npm test runs in this checkout already${holder ? ` (process ${holder.owner.pid})` : ""}. Let it end, or stop it.`,
  );
}

/**
 * A check that could not even be run has failed; the others can still tell something.
 *
 * @param {unknown} error
 * @returns {undefined}
 */
function showAndGoOn(error) {
  if (interruption.signal) throw error;
  showError(error);
}

/**
 * @param {import("./checks.mjs").Check} check
 * @param {{ environment: NodeJS.ProcessEnv, directory: string, logs: string }} options
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
async function runCheck(check, { environment, directory, logs }) {
  const sites = check.needsSites ? await startTestSites({ environment, directory, interruption }) : undefined;
  try {
    const log = join(logs, `${check.name.replaceAll(/\W+/g, "-")}.log`);
    const { exitCode, lastLines } = await runLogged({
      name: check.name,
      command: [...check.command, ...words],
      environment: { ...environment, ...sites?.environment, ...check.environment },
      directory: root,
      log,
      interruption,
      ...(check.count ? { onLine: (line) => process.stdout.write(`       ${line}\n`) } : {}),
    });
    if (exitCode !== 0 && !check.count)
      process.stdout.write(`${lastLines.replaceAll(/^/gm, "       ")}\n       (all of it: ${log})\n`);
    return await (check.count?.(exitCode) ?? {
      passed: exitCode === 0 ? 1 : 0,
      failed: exitCode === 0 ? 0 : 1,
    });
  } finally {
    await sites?.stop();
  }
}
