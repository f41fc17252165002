/**
 * `npm test`: sets everything up, runs every check, goes on after a failed one, and closes with one line of counts.
 * turbo runs the checks; one that passed and depends on nothing that has changed since is not run again.
 *
 * `node scripts/test.mjs <part,part…> [words]` runs some parts (`checks.mjs`). Words, such as a test file, go to the
 * runner of each part, and then nothing is cached.
 */
import "./node-version.cjs";
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { prepareDataDirectory } from "./bootstrap/data-directory.mjs";
import { showError } from "./bootstrap/end-of-command.mjs";
import { childEnvironment } from "./bootstrap/environment.mjs";
import { root } from "./bootstrap/house.mjs";
import { watchForInterruption } from "./bootstrap/interruption.mjs";
import { Lock } from "./bootstrap/lock.mjs";
import { runLogged } from "./bootstrap/logged-command.mjs";
import { PlainError } from "./bootstrap/plain-error.mjs";
import { createProgress } from "./bootstrap/progress.mjs";
import { setUp, setUpSteps } from "./bootstrap/set-up.mjs";
import { withoutSettings } from "./bootstrap/settings.mjs";
import { checks } from "./checks.mjs";
import { chromium } from "./chromium.mjs";
import { countReport } from "./counts.mjs";
import { findProgram } from "./find-program.mjs";
import { nginx } from "./nginx.mjs";
import { pgbouncer } from "./pgbouncer.mjs";
import { lastLinesOf, runTasks } from "./turbo-tasks.mjs";

/** Of the log of a failed task. */
const shownLines = 80;

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
    return await runChecks(logs);
  } finally {
    lock.release();
  }
}

/**
 * @param {string} logs folder
 * @returns {Promise<number>} exit code
 */
async function runChecks(logs) {
  const wanted = checks.filter(isWanted);
  const needed = {
    ...(isOneWanted("e2e") && { CHROMIUM_PATH: chromium }),
    ...(isOneWanted("e2e:https") && { NGINX_PATH: nginx }),
    ...(isOneWanted("unit") && { PGBOUNCER_PATH: pgbouncer }),
  };
  const total = setUpSteps + Object.keys(needed).length + wanted.length;
  const progress = createProgress({ total });
  const given = { ...withoutSettings(process.env), CI: "1", NO_COLOR: "1" };
  await setUp({ environment: given, logs, interruption, progress });
  const environment = {
    VITEST_MAX_WORKERS: String(availableParallelism()),
    ...childEnvironment(given),
    COMMITTED_TREE: await committedTree(),
  };
  for (const [variable, program] of Object.entries(needed)) {
    const path = await progress.step(`finding ${program.name}`, ({ report }) =>
      findProgram(program, { environment, report }).catch(program === pgbouncer ? leaveOut : showAndGoOn),
    );
    if (path !== undefined) Object.assign(environment, { [variable]: path });
  }

  const sum = { passed: 0, failed: 0 };
  for (const check of wanted) {
    const run = words.length > 0 ? runChosen : runAll;
    const { passed, failed } = await run(check, { environment, logs, progress }).catch(
      (error) => showAndGoOn(error) ?? { passed: 0, failed: 1 },
    );
    sum.passed += passed;
    sum.failed += failed;
  }
  process.stdout.write(`${sum.passed} passed, ${sum.failed} failed\n`);
  return sum.failed === 0 ? 0 : 1;
}

/**
 * Without a choice every part is wanted; `e2e` is both of its schemes.
 *
 * @param {Pick<import("./checks.mjs").Check, "part">} check
 */
function isWanted({ part }) {
  if (parts === undefined) return true;
  return parts.split(",").some((chosen) => part === chosen || part.startsWith(`${chosen}:`));
}

/** @param {string} part */
function isOneWanted(part) {
  return checks.some((check) => check.part.startsWith(part) && isWanted(check));
}

/**
 * The start-up tests clone what is committed, so that decides whether they have to run again.
 *
 * @returns {Promise<string | undefined>}
 */
async function committedTree() {
  const git = promisify(execFile)("git", ["rev-parse", "HEAD^{tree}"], { cwd: root });
  return git.then(
    ({ stdout }) => stdout.trim(),
    () => undefined, // no checkout of git: they will say so
  );
}

/**
 * @typedef {object} Surroundings
 * @property {NodeJS.ProcessEnv} environment
 * @property {string} logs folder
 * @property {ReturnType<typeof createProgress>} progress
 */

/**
 * @param {import("./checks.mjs").Check} check
 * @param {Surroundings} surroundings
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
async function runAll(check, { environment, logs, progress }) {
  const { results, failure } = await progress.step(check.title, ({ report }) =>
    runTasks(check, { environment, log: logOf(check, logs), interruption, onLine: report }),
  );
  for (const { name, counts, seconds, cached, log } of results) {
    if (counts.failed > 0)
      process.stdout.write(`${indented(await lastLinesOf(log, shownLines))}\n${place(log)}\n`);
    say(name, counts, cached ? "cached" : `${seconds.toFixed(1)} s`);
  }
  if (failure !== undefined) {
    process.stdout.write(`${indented(failure)}\n`);
    say(check.title, { passed: 0, failed: 1 }, place(logOf(check, logs)));
  }
  return [...results, ...(failure === undefined ? [] : [{ counts: { passed: 0, failed: 1 } }])].reduce(
    (sum, { counts }) => ({ passed: sum.passed + counts.passed, failed: sum.failed + counts.failed }),
    { passed: 0, failed: 0 },
  );
}

/**
 * What somebody has chosen by words: its runner's lines are shown as they come.
 *
 * @param {import("./checks.mjs").Check} check
 * @param {Surroundings} surroundings
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
async function runChosen(check, { environment, logs }) {
  const begun = Date.now();
  const { exitCode } = await runLogged({
    name: check.title,
    command: [...check.command, ...words],
    environment,
    directory: root,
    log: logOf(check, logs),
    interruption,
    onLine: (line) => process.stdout.write(`${indented(line)}\n`),
  });
  const counts = await countReport(check.report && join(root, check.report), exitCode, { since: begun });
  say(check.title, counts, `${((Date.now() - begun) / 1000).toFixed(1)} s`);
  return counts;
}

/**
 * @param {string} name
 * @param {import("./counts.mjs").Counts} counts
 * @param {string} remark
 */
function say(name, { passed, failed }, remark) {
  const outcome = failed > 0 ? "FAILED" : passed > 0 ? "ok    " : "no run";
  process.stdout.write(`${outcome} ${name}  (${passed} passed, ${failed} failed, ${remark})\n`);
}

/** @param {string} text */
function indented(text) {
  return text.replaceAll(/^/gm, "       ");
}

/** @param {string} log */
function place(log) {
  return indented(`(all of it: ${log})`);
}

/**
 * @param {import("./checks.mjs").Check} check
 * @param {string} logs folder
 */
function logOf({ part }, logs) {
  return join(logs, `${part.replaceAll(":", "-")}.log`);
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
