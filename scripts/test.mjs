/**
 * `npm test`: sets everything up, runs every check, goes on after a failed one, and closes with one line of counts.
 *
 * `node scripts/test.mjs <part,part…> [words]` runs some parts (`checks.mjs`); the words go to the runner of each, such
 * as a test file.
 */
import "./node-version.cjs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { checks } from "./checks.mjs";
import { chromium } from "./chromium.mjs";
import { prepareDataDirectory } from "./data-directory.mjs";
import { showError } from "./end-of-command.mjs";
import { childEnvironment } from "./environment.mjs";
import { findProgram } from "./find-program.mjs";
import { root } from "./house.mjs";
import { watchForInterruption } from "./interruption.mjs";
import { Lock } from "./lock.mjs";
import { runLogged } from "./logged-command.mjs";
import { nginx } from "./nginx.mjs";
import { pgbouncer } from "./pgbouncer.mjs";
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
  const needed = {
    ...(isWanted({ part: "e2e" }) && { chromium }),
    ...(isWanted({ part: "e2e", needsSites: "https" }) && { nginx }),
    ...(isWanted({ part: "unit" }) && { pgbouncer }),
  };
  const progress = createProgress({ total: setUpSteps + Object.keys(needed).length });
  await setUp({ environment, logs, interruption, progress });
  const tools = childEnvironment(environment);
  /** @type {Partial<Record<"chromium" | "nginx" | "pgbouncer", string | undefined>>} */
  const found = {};
  for (const [key, wanted] of Object.entries(needed)) {
    found[/** @type {keyof typeof found} */ (key)] = await progress.step(
      `finding ${wanted.name}`,
      ({ report }) =>
        findProgram(wanted, { environment: tools, report }).catch(
          wanted === pgbouncer ? leaveOut : showAndGoOn,
        ),
    );
  }

  const total = { passed: 0, failed: 0 };
  for (const check of checks({ reports, ...found }).filter(isWanted)) {
    const begun = performance.now();
    const { passed, failed } = await runCheck(check, {
      environment: tools,
      directory,
      logs,
      nginx: found.nginx,
    }).catch((error) => showAndGoOn(error) ?? { passed: 0, failed: 1 });
    total.passed += passed;
    total.failed += failed;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    process.stdout.write(
      `${outcome({ passed, failed })} ${check.name}  (${passed} passed, ${failed} failed, ${seconds} s)\n`,
    );
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 ? 0 : 1;
}

/** @param {import("./counts.mjs").Counts} counts */
function outcome({ passed, failed }) {
  if (failed > 0) return "FAILED";
  return passed > 0 ? "ok    " : "no run";
}

/**
 * Without a choice every part is wanted. `e2e:https` is the journeys of that scheme alone.
 *
 * @param {Pick<import("./checks.mjs").Check, "part" | "needsSites">} check
 */
function isWanted({ part, needsSites }) {
  if (parts === undefined) return true;
  return parts.split(",").some((chosen) => {
    const [name, scheme] = chosen.split(":");
    return name === part && (scheme === undefined || needsSites === undefined || scheme === needsSites);
  });
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
 * Its tests are skipped: not every system has one.
 *
 * @param {Error} error
 * @returns {undefined}
 */
function leaveOut(error) {
  if (interruption.signal) throw error;
  process.stdout.write(`The tests with PgBouncer are left out: ${error.message}\n`);
}

/**
 * @param {import("./checks.mjs").Check} check
 * @param {{ environment: NodeJS.ProcessEnv, directory: string, logs: string, nginx: string | undefined }} options
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
async function runCheck(check, { environment, directory, logs, nginx }) {
  const sites = check.needsSites
    ? await startTestSites({ environment, directory, scheme: check.needsSites, nginx, interruption })
    : undefined;
  try {
    const log = join(logs, `${check.name.replaceAll(/\W+/g, "-")}.log`);
    const { exitCode, lastLines } = await runLogged({
      name: check.name,
      command: [
        ...check.command,
        ...(words.length > 0 ? [...(check.withWords ?? []), ...words] : (check.withoutWords ?? [])),
      ],
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
