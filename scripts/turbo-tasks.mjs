/** Runs tasks of turbo.json and counts what each of them showed, now or in the run that turbo kept. */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { programs, root } from "./bootstrap/checkout-paths.mjs";
import { runLogged } from "./bootstrap/logged-command.mjs";
import { readTurboLine } from "./bootstrap/turbo-line.mjs";
import { countReport } from "./counts.mjs";

/**
 * @typedef {object} TaskResult
 * @property {string} name
 * @property {import("./counts.mjs").Counts} counts
 * @property {string} remark how long it took, or that nothing it depends on has changed since it passed
 * @property {string} log file: the task's own, or the run's where turbo keeps none
 */
/**
 * @typedef {object} TurboTask one task in turbo's summary of a run
 * @property {string} taskId
 * @property {string} task
 * @property {string} directory of the workspace, from the root
 * @property {string} command `<NONEXISTENT>` where the workspace has no such script
 * @property {string} [logFile] absent: the task is never cached
 * @property {{ status: "HIT" | "MISS" }} cache
 * @property {{ exitCode: number | null, startTime: number, endTime: number }} [execution] absent: it was not reached
 */

const summaries = join(root, ".turbo", "runs");

/**
 * @param {Pick<import("./checks.mjs").Check, "tasks" | "atOnce" | "withWords">} check
 * @param {{
 *   environment: NodeJS.ProcessEnv, log: string, interruption: import("./bootstrap/interruption.mjs").Interruption,
 *   words: readonly string[], onLine: (said: string) => void,
 * }} options `words` for the test runner; `onLine`: what a task says, after its workspace
 * @returns {Promise<{ results: TaskResult[], failure: string | undefined }>} `failure`: last words of a run that
 *   failed without a failed task
 */
export async function runTasks(
  { tasks, atOnce, withWords = [] },
  { environment, log, interruption, words, onLine },
) {
  await rm(summaries, { recursive: true, force: true });
  const { exitCode, lastLines } = await runLogged({
    name: "turbo",
    command: [
      ...[join(programs, "turbo"), "run", ...Object.keys(tasks), "--continue=always", "--summarize"],
      ...["--output-logs=new-only", "--log-order=stream", "--ui=stream", `--concurrency=${atOnce ?? "100%"}`],
      ...(words.length > 0 ? ["--force", "--", ...withWords, ...words] : []),
    ],
    environment,
    directory: root,
    log,
    interruption,
    onLine: (line) => {
      const { workspace, said } = readTurboLine(line) ?? {};
      if (said !== undefined) onLine(workspace === "//" ? said : `${workspace}: ${said}`);
    },
  });
  const ran = (await readSummary()).filter(({ command }) => command !== "<NONEXISTENT>");
  const results = await Promise.all(
    Object.entries(tasks).flatMap(([name, task]) =>
      ran.filter((one) => one.task === name).map((one) => resultOf(one, task, log)),
    ),
  );
  const isExplained =
    results.length > 0 && (exitCode === 0 || results.some(({ counts }) => counts.failed > 0));
  return { results, failure: isExplained ? undefined : lastLines };
}

/** @returns {Promise<TurboTask[]>} none where turbo ended before it could write */
async function readSummary() {
  const [file] = await readdir(summaries).catch(() => []);
  return file ? JSON.parse(await readFile(join(summaries, file), "utf8")).tasks : [];
}

/**
 * @param {TurboTask} ran
 * @param {import("./checks.mjs").Task} task
 * @param {string} log of the whole run
 * @returns {Promise<TaskResult>}
 */
async function resultOf(
  { directory, cache, execution, logFile },
  { name, report, mayBeSkipped = false },
  log,
) {
  const cached = cache.status === "HIT";
  const { exitCode, startTime, endTime } = execution ?? { exitCode: 1, startTime: 0, endTime: 0 };
  return {
    name: directory === "" || mayBeSkipped ? name : `${name} of ${directory}`,
    counts: await countReport(report && join(root, directory, report), cached ? 0 : (exitCode ?? 1), {
      mayBeSkipped,
      since: cached ? 0 : startTime,
    }),
    remark: cached ? "cached" : `${((endTime - startTime) / 1000).toFixed(1)} s`,
    log: logFile === undefined ? log : join(root, logFile),
  };
}

/**
 * @param {string} log
 * @param {number} count
 * @returns {Promise<string>} its last lines, without npm's own
 */
export async function lastLinesOf(log, count) {
  const text = stripVTControlCharacters(await readFile(log, "utf8").catch(() => ""));
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !/^(npm error|> )/.test(line));
  return lines.slice(-count).join("\n");
}
