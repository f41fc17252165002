/**
 * `npm test`: sets everything up, runs every check, goes on after a failed one, and closes with one line of counts.
 * turbo runs the checks; one that passed and depends on nothing that has changed since is not run again.
 *
 * `node scripts/test.mjs <part,part…> [words]` runs some parts (`checks.mjs`). Words, such as a journey's file, go to
 * the test runner; then nothing comes from the cache.
 *
 * @import { Check } from "./checks.mjs"
 * @import { Wanted } from "./programs.mjs"
 */
import "./bootstrap/node-version.cjs";
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { childEnvironment, root } from "./bootstrap/checkout.mjs";
import { prepareDataDirectory } from "./bootstrap/disk.mjs";
import { watchForInterruption } from "./bootstrap/interruption.mjs";
import { Lock } from "./bootstrap/lock.mjs";
import { PlainError, runCommand, showError } from "./bootstrap/plain-error.mjs";
import { createProgress } from "./bootstrap/progress.mjs";
import { setUp, setUpSteps } from "./bootstrap/set-up.mjs";
import { withoutSettings } from "./bootstrap/settings.mjs";
import { checks, groupChecks, runGroup, titleOf } from "./checks.mjs";
import { findProgram } from "./programs.mjs";

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
  if (!lock.tryToTake()) {
    // Two would write the same reports, and neither would show what it has found.
    const holder = lock.read();
    const who = holder ? ` (process ${holder.owner.pid})` : "";
    throw new PlainError(`npm test runs in this checkout already${who}. Let it end, or stop it.`);
  }
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
  const needed = new Set(wanted.flatMap(({ programs = [] }) => programs));
  const groups = groupChecks(wanted);
  const progress = createProgress({ total: setUpSteps + needed.size + groups.length });
  const given = { ...withoutSettings(process.env), CI: "1", NO_COLOR: "1" };
  await setUp({ environment: given, logs, interruption, progress });
  /** @type {NodeJS.ProcessEnv} */
  const environment = {
    VITEST_MAX_WORKERS: String(availableParallelism()),
    ...childEnvironment(given),
    // The start-up tests clone what is committed, so that decides whether they have to run again.
    COMMITTED_TREE: await committedTree(),
  };
  for (const program of needed) {
    const path = await progress.step(`finding ${program.name}`, ({ report }) =>
      findProgram(program, { environment, report }).catch((error) => showAndGoOn(error, program.without)),
    );
    if (path !== undefined) environment[program.setting] = path;
  }

  const sum = { passed: 0, failed: 0 };
  for (const group of groups) {
    const log = join(logs, `${group.map(({ part }) => part.replaceAll(":", "-")).join("+")}.log`);
    const results = await progress
      .step(titleOf(group), ({ report }) => {
        const onLine = words.length > 0 ? show : report;
        return runGroup(group, { environment, log, interruption, words, onLine });
      })
      .catch((error) => showAndGoOn(error));
    // A check that could not even be run has failed; the others can still tell something.
    if (results === undefined) sum.failed += 1;
    for (const { name, counts, remark, detail } of results ?? []) {
      const { passed, failed } = counts;
      if (failed > 0) show(detail);
      const outcome = failed > 0 ? "FAILED" : passed > 0 ? "ok    " : "no run";
      process.stdout.write(`${outcome} ${name}  (${passed} passed, ${failed} failed, ${remark})\n`);
      sum.passed += passed;
      sum.failed += failed;
    }
  }
  process.stdout.write(`${sum.passed} passed, ${sum.failed} failed\n`);
  return sum.failed === 0 ? 0 : 1;
}

/**
 * Without a choice every part is wanted; `e2e` is both of its schemes.
 *
 * @param {Check} check
 */
function isWanted({ part }) {
  if (parts === undefined) return true;
  return parts.split(",").some((chosen) => part === chosen || part.startsWith(`${chosen}:`));
}

/** @returns {Promise<string | undefined>} none outside of a checkout of git, which its tests then report */
async function committedTree() {
  const git = promisify(execFile)("git", ["rev-parse", "HEAD^{tree}"], { cwd: root });
  return git.then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

/** @param {string} text */
function show(text) {
  process.stdout.write(`${text.replaceAll(/^/gm, "       ")}\n`);
}

/**
 * @param {Error} error
 * @param {string} [without] what is done without the program that was not found
 * @returns {undefined}
 */
function showAndGoOn(error, without) {
  if (interruption.signal) throw error;
  if (without === undefined) showError(error);
  else process.stdout.write(`${without}: ${error.message}\n`);
}
