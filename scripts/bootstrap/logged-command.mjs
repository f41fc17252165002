/**
 * Runs one program of a step to its end: its output goes to a log, the last lines are kept. Own code: it runs the
 * installation.
 */
import { closeSync, createWriteStream, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { Interrupted } from "./plain-error.mjs";
import { startProgram, stopProgram } from "./processes.mjs";

const keptLines = 200;

/**
 * @typedef {object} CommandResult
 * @property {number} exitCode 1 when a signal ended it or it could not be started
 * @property {string} lastLines
 */

/**
 * @param {{
 *   name: string, command: readonly string[], environment: NodeJS.ProcessEnv, directory: string, log: string,
 *   interruption: import("./interruption.mjs").Interruption,
 *   onLine?: (line: string) => void,
 *   onStart?: (identity: import("./process-identity.mjs").ProcessIdentity) => void,
 * }} options
 * @returns {Promise<CommandResult>}
 * @throws {Interrupted} if a signal arrived meanwhile; the program and all its descendants have ended by then
 */
export async function runLogged(options) {
  const { name, command, environment, directory, log, interruption } = options;
  if (interruption.signal) throw new Interrupted(interruption.signal);
  mkdirSync(dirname(log), { recursive: true });
  closeSync(openSync(log, "w"));
  const program = startProgram(name, command, {
    cwd: directory,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  options.onStart?.(program.identity);
  const lines = keepLines(program, log, options.onLine);
  const ending = await Promise.race([program.ended, interruption.happened]);
  if (typeof ending === "string") {
    await stopProgram(program, { now: interruption.again });
    throw new Interrupted(ending);
  }
  await lines.finished;
  if (ending.error) lines.kept.push(ending.error.message);
  return { exitCode: ending.code ?? 1, lastLines: lines.kept.join("\n") };
}

/**
 * @param {import("./processes.mjs").Program} program
 * @param {string} log
 * @param {((line: string) => void) | undefined} onLine
 */
function keepLines({ child, ended }, log, onLine) {
  /** @type {string[]} */
  const kept = [];
  const file = createWriteStream(log, { flags: "a" });
  // A full disk must not hide what the program itself says about it.
  file.on("error", () => undefined);
  const closed = [child.stdout, child.stderr].map((stream) => {
    if (!stream) return undefined;
    stream.on("error", () => undefined);
    stream.pipe(file, { end: false });
    const reader = createInterface({ input: stream });
    reader.on("line", (raw) => {
      const line = stripVTControlCharacters(raw).trimEnd();
      if (line === "") return;
      if (kept.push(line) > keptLines) kept.shift();
      onLine?.(line);
    });
    return new Promise((resolve) => reader.once("close", () => resolve(undefined)));
  });
  // Processes that the program leaves running may hold the pipe open for ever, so this does not wait for their output.
  const late = ended.then(() => new Promise((resolve) => setTimeout(resolve, 500)));
  const finished = Promise.race([Promise.all(closed), late]).then(
    () => new Promise((resolve) => file.end(() => resolve(undefined))),
  );
  return { kept, finished };
}
