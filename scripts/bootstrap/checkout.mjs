/** Paths in the checkout, and the environment of every program that is started from it. */
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const programs = join(root, "node_modules", ".bin");

/** @param {string} name file in `scripts/` */
export const script = (name) => join(root, "scripts", name);

/** Telemetry and looks for newer versions, switched off in every tool that has them. */
const quiet = {
  CHECKPOINT_DISABLE: "1",
  DO_NOT_TRACK: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1",
  TURBO_TELEMETRY_DISABLED: "1",
};

/**
 * Node 24 and the other programs of `node_modules` come first, `*.localhost` is resolved, and nothing phones home.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnvironment(environment) {
  const preload = `--import=${pathToFileURL(script("localhost-resolver.mjs")).href}`;
  const options = environment.NODE_OPTIONS ?? "";
  return {
    ...environment,
    PATH: [programs, environment.PATH ?? ""].join(delimiter),
    NODE_OPTIONS: options.includes(preload) ? options : `${options} ${preload}`.trim(),
    ...quiet,
  };
}
