/**
 * `npm test`: sets everything up, runs every check, goes on after a failed one, and closes with one line of counts.
 * turbo runs the checks; one that passed and depends on nothing that has changed since is not run again.
 *
 * `node scripts/test.mjs <part,part…> [words]` runs some parts (`checks.mjs`). Words, such as a journey's file, go to
 * the test runner; then nothing comes from the cache.
 */
import "./bootstrap/node-version.cjs";
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./bootstrap/checkout-paths.mjs";
import { runCommand, showError } from "./bootstrap/command.mjs";
import { prepareDataDirectory } from "./bootstrap/data-directory.mjs";
import { childEnvironment } from "./bootstrap/environment.mjs";
import { watchForInterruption } from "./bootstrap/interruption.mjs";
import { Lock } from "./bootstrap/lock.mjs";
import { PlainError } from "./bootstrap/plain-error.mjs";
import { createProgress } from "./bootstrap/progress.mjs";
import { setUp, setUpSteps } from "./bootstrap/set-up.mjs";
import { withoutSettings } from "./bootstrap/settings.mjs";
import { checks } from "./checks.mjs";
import { findProgram } from "./find-program.mjs";
import { chromium, nginx, pgbouncer } from "./programs.mjs";
import { lastLinesOf, runTasks } from "./turbo-tasks.mjs";

/** Of the log of a failed task. */
const shownLines = 80;

const interruption = watchForInterruption();
const [parts, ...words] = process.argv.slice(2);

await runCommand(() =>
  run().catch((error) => {
    const exitCode = showError(error);
    if (!interruption.signal) process.stdout.write("0 passed, 1 failed\n");
    return exitCode;
  }),
);

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
  if (words.length > 0 && !wanted.every(({ withWords }) => withWords !== undefined))
    throw new PlainError(
      "only journeys, Debian's clients and start-up tests can be chosen by words. For one unit test: npx vitest run <file>.",
    );
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
    const { passed, failed } = await runCheck(check, { environment, logs, progress }).catch(
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
 * @param {import("./checks.mjs").Check} check
 * @param {{ environment: NodeJS.ProcessEnv, logs: string, progress: ReturnType<typeof createProgress> }} options
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
async function runCheck(check, { environment, logs, progress }) {
  const log = join(logs, `${check.part.replaceAll(":", "-")}.log`);
  const show = (/** @type {string} */ said) => process.stdout.write(`${indented(said)}\n`);
  const { results, failure } = await progress.step(check.title, ({ report }) =>
    runTasks(check, { environment, log, interruption, words, onLine: words.length > 0 ? show : report }),
  );
  const sum = { passed: 0, failed: failure === undefined ? 0 : 1 };
  for (const { name, counts, remark, log } of results) {
    if (counts.failed > 0) show(`${await lastLinesOf(log, shownLines)}\n(all of it: ${log})`);
    say(name, counts, remark);
    sum.passed += counts.passed;
    sum.failed += counts.failed;
  }
  if (failure !== undefined) {
    show(`${failure}\n(all of it: ${log})`);
    say(check.title, sum, "turbo failed");
  }
  return sum;
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
