/** Finds or installs a program that the journeys need and npm does not provide. */
import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { PlainError } from "./bootstrap/plain-error.mjs";

/**
 * @typedef {object} Way
 * @property {string} title shown while the user waits
 * @property {(environment: NodeJS.ProcessEnv) => Promise<string | undefined>} find path of a program
 */

/**
 * @typedef {object} Wanted
 * @property {string} name
 * @property {string} setting environment variable that names the program and overrides all ways
 * @property {string} advice what to do when there is none
 * @property {readonly Way[]} ways tried in this order
 * @property {(path: string, environment: NodeJS.ProcessEnv) => Promise<boolean>} starts a program can be there and lack
 *   a library
 */

/**
 * Returns the program named by the setting, or the first one found that starts.
 *
 * @param {Wanted} wanted
 * @param {{ report: (text: string) => void, environment: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} path of the program
 * @throws {PlainError} if there is no such program and none can be installed
 */
export async function findProgram({ name, setting, advice, ways, starts }, { report, environment }) {
  const given = environment[setting];
  if (given) {
    if (await starts(given, environment)) return given;
    throw new PlainError(`${setting} names ${given}, but that is not a working ${name}.`);
  }
  for (const { title, find } of ways) {
    report(title);
    const path = await find(environment).catch(() => undefined);
    if (path && (await starts(path, environment))) return path;
  }
  throw new PlainError(`no ${name} was found and none could be installed. ${advice} or set ${setting}.`);
}

/**
 * @param {readonly string[]} names
 * @param {NodeJS.ProcessEnv} environment
 * @param {readonly string[]} [more] folders besides those of the path
 */
export async function findOnPath(names, environment, more = []) {
  for (const directory of [...(environment.PATH ?? "").split(delimiter), ...more]) {
    for (const name of names) {
      const path = join(directory, name);
      if (await isProgram(path)) return path;
    }
  }
  return undefined;
}

/** @param {string} path */
async function isProgram(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Runs a program of which only the outcome matters.
 *
 * @param {readonly string[]} command
 * @param {{ environment: NodeJS.ProcessEnv, directory?: string, patience?: number }} options `patience` in milliseconds
 * @returns {Promise<string>} what it said to standard output
 * @throws {Error} when it fails, cannot be started or takes too long
 */
export async function quietlyRun([program = "", ...words], { environment, directory, patience = 300_000 }) {
  const { stdout } = await promisify(execFile)(program, words, {
    env: environment,
    cwd: directory,
    timeout: patience,
    killSignal: "SIGKILL",
    maxBuffer: 2 ** 26,
  });
  return stdout;
}
