/** Runs tasks of `turbo.json`; turbo leaves alone what has not changed. */
import { join } from "node:path";
import { programs } from "./checkout.mjs";
import { runLogged } from "./logged-command.mjs";

/**
 * @param {readonly string[]} words tasks and options
 * @param {Omit<Parameters<typeof runLogged>[0], "command" | "onLine"> & {
 *   onLine: (workspace: string, said: string) => void,
 * }} options `onLine`: what a task says
 */
export function runTurbo(words, { onLine, ...options }) {
  return runLogged({
    ...options,
    command: [
      ...[join(programs, "turbo"), "run", "--output-logs=new-only", "--log-order=stream", "--ui=stream"],
      ...words,
    ],
    onLine: (line) => {
      const { workspace, said } = readTurboLine(line) ?? {};
      if (workspace !== undefined && said !== undefined) onLine(workspace, said);
    },
  });
}

/**
 * @param {string} line such as `@gatehouse/shop:build: Compiled`
 * @returns {{ workspace: string, said: string } | undefined} `undefined`: a line of turbo itself, one that npm puts
 *   before a script, or one without words
 */
export function readTurboLine(line) {
  const [, workspace, said] =
    /^(?:@gatehouse\/)?([\w-]+|\/\/):[a-z:]+: (?!> )(.*[a-z]{2}.*)$/i.exec(line) ?? [];
  return workspace !== undefined && said !== undefined ? { workspace, said } : undefined;
}
