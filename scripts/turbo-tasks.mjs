/** Runs tasks of turbo.json and counts what each of them showed, now or in the run that turbo kept. */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { programs, root } from "./bootstrap/house.mjs";
import { runLogged } from "./bootstrap/logged-command.mjs";
import { results } from "./checks.mjs";
import { countReport } from "./counts.mjs";

/**
 * @typedef {object} TaskResult
 * @property {string} name
 * @property {import("./counts.mjs").Counts} counts
 * @property {number} seconds
 * @property {boolean} cached nothing it depends on has changed since it passed
 * @property {string} log file
 */
/**
 * @typedef {object} TurboTask one task in turbo's summary of a run
 * @property {string} taskId
 * @property {string} task
 * @property {string} directory of the workspace, from the root
 * @property {string} command `<NONEXISTENT>` where the workspace has no such script
 * @property {string} logFile
 * @property {{ status: "HIT" | "MISS" }} cache
 * @property {{ exitCode: number | null, startTime: number, endTime: number }} [execution] absent: it was not reached
 */

/** `@gatehouse/hub:test:unit: words`; lines without words are left out. */
const taskLine = /^(?:@gatehouse\/)?([\w/-]+):[a-z:]+: +(.*[a-z]{2}.*)$/i;
const summaries = join(root, ".turbo", "runs");

/**
 * @param {Pick<import("./checks.mjs").Check, "tasks" | "atOnce">} check
 * @param {{
 *   environment: NodeJS.ProcessEnv, log: string, interruption: import("./bootstrap/interruption.mjs").Interruption,
 *   onLine: (said: string) => void,
 * }} options `onLine`: what a task says, after its workspace
 * @returns {Promise<{ results: TaskResult[], failure: string | undefined }>} `failure`: last words of a run that
 *   failed without a failed task
 */
export async function runTasks({ tasks, atOnce }, { environment, log, interruption, onLine }) {
  await rm(summaries, { recursive: true, force: true });
  const { exitCode, lastLines } = await runLogged({
    name: "turbo",
    command: [
      ...[join(programs, "turbo"), "run", ...tasks, "--continue=always", "--summarize"],
      ...["--output-logs=new-only", "--log-order=stream", "--ui=stream"],
      `--concurrency=${atOnce ?? "100%"}`,
    ],
    environment,
    directory: root,
    log,
    interruption,
    onLine: (line) => {
      const [, workspace, said] = taskLine.exec(line) ?? [];
      if (said !== undefined) onLine(`${workspace}: ${said}`);
    },
  });
  const ran = (await readSummary()).filter(({ command }) => command !== "<NONEXISTENT>");
  const wanted = tasks.flatMap((name) => ran.filter(({ task }) => task === name));
  const counted = await Promise.all(wanted.map(countTask));
  const isExplained =
    counted.length > 0 && (exitCode === 0 || counted.some(({ counts }) => counts.failed > 0));
  return { results: counted, failure: isExplained ? undefined : lastLines };
}

/** @returns {Promise<TurboTask[]>} none where turbo ended before it could write */
async function readSummary() {
  const [file] = await readdir(summaries).catch(() => []);
  return file ? JSON.parse(await readFile(join(summaries, file), "utf8")).tasks : [];
}

/**
 * @param {TurboTask} task
 * @returns {Promise<TaskResult>}
 */
async function countTask({ task, directory, cache, execution, logFile }) {
  const cached = cache.status === "HIT";
  const exitCode = cached ? 0 : (execution?.exitCode ?? 1);
  const { name, report, mayBeSkipped } = results[task] ?? { name: () => task };
  const file = report && join(root, directory, report);
  return {
    name: name(directory),
    counts: await countReport(file, exitCode, {
      ...(mayBeSkipped && { mayBeSkipped }),
      ...(!cached && execution && { since: execution.startTime }),
    }),
    seconds: execution ? (execution.endTime - execution.startTime) / 1000 : 0,
    cached,
    log: join(root, logFile),
  };
}

/**
 * @param {string} log
 * @param {number} count
 * @returns {Promise<string>} its last lines, without npm's own about the script that failed
 */
export async function lastLinesOf(log, count) {
  const text = stripVTControlCharacters(await readFile(log, "utf8").catch(() => ""));
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("npm error"));
  return lines.slice(-count).join("\n");
}
