/**
 * The parts of `npm test`, in order, and the tasks of turbo.json that each of them runs.
 *
 * @import { Interruption } from "./bootstrap/interruption.mjs"
 * @import { Counts } from "./counts.mjs"
 * @import { Wanted } from "./programs.mjs"
 */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root } from "./bootstrap/checkout.mjs";
import { runTurbo } from "./bootstrap/turbo.mjs";
import { countReport } from "./counts.mjs";
import { chromium, headlessShell, nginx, pgbouncer } from "./programs.mjs";

/** Of the log of a failed task. */
const shownLines = 80;

/**
 * @typedef {object} Check
 * @property {string} part the end of `npm run <part>` or `npm run test:<part>`
 * @property {string} title for the line of progress
 * @property {Record<string, string>} tasks their names in turbo.json, each with the report of its test runner in `.reports`
 *   of the workspace; empty: the task counts as one
 * @property {boolean} [mayBeSkipped] its log says why every test was skipped
 * @property {boolean} [oneAtATime] absent: a task for each core
 * @property {boolean} [beside] it runs beside its neighbours that have this too: each of them uses one core most of the time
 * @property {readonly Wanted[]} [programs]
 * @property {readonly string[]} [withWords] what goes before words of the caller; absent: the part takes no words
 */

/** @type {readonly Check[]} */
export const checks = [
  {
    part: "lint",
    title: "checking format, unused code, boundaries and documents",
    tasks: {
      "check:format": "",
      "check:unused": "",
      "check:boundaries": "",
      "check:documents": "documents.json",
    },
  },
  { part: "typecheck", title: "checking types", tasks: { typecheck: "" } },
  {
    part: "unit",
    title: "running unit tests",
    tasks: { "test:unit": "unit.json" },
    // vitest has a worker for each core; two of them at once are slower than one after the other.
    oneAtATime: true,
    programs: [pgbouncer],
  },
  {
    part: "e2e:http",
    title: "running journeys over http",
    tasks: { "check:journeys:http": "journeys-http.json" },
    programs: [chromium, headlessShell],
    // Else one chosen journey that moves the clock would run all the others first.
    withWords: ["--no-deps"],
  },
  {
    part: "e2e:https",
    title: "running journeys over https",
    tasks: { "check:journeys:https": "journeys-https.json" },
    programs: [chromium, headlessShell, nginx],
    withWords: ["--no-deps"],
  },
  {
    part: "clients",
    title: "running Debian's clients",
    tasks: { "test:clients": "clients.json" },
    mayBeSkipped: true,
    withWords: [],
    beside: true,
  },
  {
    part: "sites",
    title: "making a site outside the repository",
    tasks: { "check:sites": "sites.json" },
    programs: [chromium, headlessShell],
    withWords: [],
    beside: true,
  },
  {
    part: "start",
    title: "running the start-up tests",
    tasks: { "check:start": "start.json" },
    withWords: [],
    beside: true,
  },
];

/** @typedef {{ name: string, counts: Counts, remark: string, detail: string }} Result of a task; `detail`: of a failed one */
/**
 * @typedef {object} TurboTask one task in turbo's summary of a run
 * @property {string} task
 * @property {string} directory of the workspace, from the root
 * @property {string} command `<NONEXISTENT>` where the workspace has no such script
 * @property {string} [logFile] absent: the task is never cached
 * @property {{ status: "HIT" | "MISS" }} cache
 * @property {{ exitCode: number | null, startTime: number, endTime: number }} [execution] absent: it was not reached
 */

const summaries = join(root, ".turbo", "runs");

/**
 * Parts that run at the same time, in order.
 *
 * @param {readonly Check[]} wanted
 * @returns {readonly Check[][]}
 */
export function groupChecks(wanted) {
  /** @type {Check[][]} */
  const groups = [];
  for (const check of wanted) {
    const last = groups.at(-1);
    if (check.beside && last?.[0]?.beside) last.push(check);
    else groups.push([check]);
  }
  return groups;
}

/**
 * @param {readonly Check[]} group of `groupChecks`
 * @param {{
 *   environment: NodeJS.ProcessEnv, log: string, interruption: Interruption, words: readonly string[],
 *   onLine: (said: string) => void,
 * }} options `words` for the test runner: then nothing comes from the cache; `onLine`: what a task says
 * @returns {Promise<Result[]>}
 */
export async function runGroup(group, { words, onLine, ...options }) {
  const tasks = group.flatMap((check) => Object.keys(check.tasks));
  const [{ oneAtATime = false, withWords = [] } = {}] = group;
  await rm(summaries, { recursive: true, force: true });
  const { exitCode, lastLines } = await runTurbo(
    [
      ...[...tasks, "--continue=always", "--summarize", `--concurrency=${oneAtATime ? 1 : "100%"}`],
      ...(words.length > 0 ? ["--force", "--", ...withWords, ...words] : []),
    ],
    { ...options, onLine: (workspace, said) => onLine(workspace === "//" ? said : `${workspace}: ${said}`) },
  );
  const ran = (await readSummary()).filter(
    ({ task, command }) => tasks.includes(task) && command !== "<NONEXISTENT>",
  );
  const results = await Promise.all(
    ran.map((one) => {
      const check = group.find((check) => one.task in check.tasks);
      return resultOf(one, check ?? { tasks: {} }, options.log);
    }),
  );
  const isExplained =
    results.length > 0 && (exitCode === 0 || results.some(({ counts }) => counts.failed > 0));
  if (isExplained) return results;
  const detail = `${lastLines}\n(all of it: ${options.log})`;
  return [
    ...results,
    { name: titleOf(group), counts: { passed: 0, failed: 1 }, remark: "turbo failed", detail },
  ];
}

/**
 * @param {readonly Check[]} group
 * @returns {string}
 */
export function titleOf(group) {
  return group.map(({ title }) => title).join(", ");
}

/** @returns {Promise<TurboTask[]>} none where turbo ended before it could write */
async function readSummary() {
  const [file] = await readdir(summaries).catch(() => []);
  return file ? JSON.parse(await readFile(join(summaries, file), "utf8")).tasks : [];
}

/**
 * @param {TurboTask} ran
 * @param {Pick<Check, "tasks" | "mayBeSkipped">} check
 * @param {string} wholeLog of the whole run
 * @returns {Promise<Result>}
 */
async function resultOf(
  { task, directory, cache, execution, logFile },
  { tasks, mayBeSkipped = false },
  wholeLog,
) {
  const cached = cache.status === "HIT";
  const { exitCode, startTime, endTime } = execution ?? { exitCode: 1, startTime: 0, endTime: 0 };
  const report = tasks[task] && join(root, directory, ".reports", tasks[task]);
  const counts = await countReport(report || undefined, cached ? 0 : (exitCode ?? 1), {
    mayBeSkipped,
    since: cached ? 0 : startTime,
  });
  const log = logFile === undefined ? wholeLog : join(root, logFile);
  return {
    name: directory === "" ? task : `${task} of ${directory}`,
    counts,
    remark: cached ? "cached" : `${((endTime - startTime) / 1000).toFixed(1)} s`,
    detail: counts.failed > 0 ? `${await lastLinesOf(log)}\n(all of it: ${log})` : "",
  };
}

/**
 * @param {string} log
 * @returns {Promise<string>} its last lines, without npm's own
 */
async function lastLinesOf(log) {
  const text = stripVTControlCharacters(await readFile(log, "utf8").catch(() => ""));
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !/^(npm error|> )/.test(line));
  return lines.slice(-shownLines).join("\n");
}
