/** Runs a program of which only the outcome matters. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/**
 * @param {readonly string[]} command
 * @param {{ environment: NodeJS.ProcessEnv, directory?: string, patience?: number }} options `patience` in milliseconds
 * @returns {Promise<string>} what it said to standard output
 * @throws {Error} when it fails, cannot be started or takes too long
 */
export async function quietlyRun([program = "", ...words], { environment, directory, patience = 300_000 }) {
  const { stdout } = await execute(program, words, {
    env: environment,
    cwd: directory,
    timeout: patience,
    killSignal: "SIGKILL",
    maxBuffer: 2 ** 26,
  });
  return stdout;
}
