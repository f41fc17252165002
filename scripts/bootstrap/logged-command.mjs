/**
 * Runs one program of a step to its end: its output goes to a log, the last lines are kept. Own code: it runs the
 * installation.
 *
 * @import { Interruption } from "./interruption.mjs"
 * @import { ProcessIdentity } from "./process-identity.mjs"
 */
import { once } from "node:events";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { root } from "./checkout.mjs";
import { Interrupted } from "./plain-error.mjs";
import { startProgram, waitForEnd } from "./processes.mjs";

const keptLines = 200;

/**
 * @typedef {object} CommandResult
 * @property {number} exitCode 1 when a signal ended it or it could not be started
 * @property {string} lastLines
 */

/**
 * @param {{
 *   command: readonly string[], environment: NodeJS.ProcessEnv, log: string, interruption: Interruption,
 *   onLine?: (line: string) => void, onStart?: (identity: ProcessIdentity) => void,
 * }} options
 * @returns {Promise<CommandResult>}
 * @throws {Interrupted} if a signal arrived meanwhile; the program and all its descendants have ended by then
 */
export async function runLogged({ command, environment, log, interruption, onLine, onStart }) {
  if (interruption.signal) throw new Interrupted(interruption.signal);
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, "");
  const program = startProgram(command, { cwd: root, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  onStart?.(program.identity);
  /** @type {string[]} */
  const kept = [];
  const whole = [program.child.stdout, program.child.stderr].map((stream) => {
    if (!stream) return undefined;
    const reader = createInterface({ input: stream }).on("line", (raw) => {
      keep(log, raw);
      const line = stripVTControlCharacters(raw).trimEnd();
      if (line === "") return;
      if (kept.push(line) > keptLines) kept.shift();
      onLine?.(line);
    });
    return once(reader, "close");
  });
  const { code, error } = await waitForEnd(program, interruption);
  // Processes that the program leaves running may hold the pipe open for ever, so this does not wait for their output.
  await Promise.race([Promise.all(whole), pause(500)]);
  if (error) kept.push(error.message);
  return { exitCode: code ?? 1, lastLines: kept.join("\n") };
}

/**
 * @param {string} log
 * @param {string} line
 */
function keep(log, line) {
  try {
    appendFileSync(log, `${line}\n`);
  } catch {
    // A full disk must not hide what the program itself says about it.
  }
}
