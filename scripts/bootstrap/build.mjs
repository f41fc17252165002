/** Generates the database client and builds the three apps; turbo leaves alone what has not changed. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { tellBuild } from "./build-output.mjs";
import { quiet } from "./environment.mjs";
import { programs, root } from "./house.mjs";
import { runLogged } from "./logged-command.mjs";
import { afterOtherBuilds } from "./other-builds.mjs";
import { fullDisk, PlainError } from "./plain-error.mjs";

const shownLines = 30;

/**
 * @param {{
 *   environment: NodeJS.ProcessEnv, log: string, interruption: import("./interruption.mjs").Interruption,
 *   telling: import("./progress.mjs").Telling, onStart: (identity: import("./process-identity.mjs").ProcessIdentity) => void,
 *   only?: readonly string[],
 * }} options `only`: workspaces; absent: all
 */
export async function build({ environment, log, interruption, telling, onStart, only = [] }) {
  const run = () =>
    runLogged({
      name: "turbo run build",
      command: [
        join(programs, "turbo"),
        ...["run", "build", "--output-logs=new-only", "--log-order=stream", "--ui=stream"],
        ...only.map((workspace) => `--filter=${workspace}`),
      ],
      environment: { ...environment, ...quiet, FORCE_COLOR: "0" },
      directory: root,
      log,
      interruption,
      onStart,
      onLine: tellBuild(telling),
    });
  const { exitCode, lastLines } = await afterOtherBuilds(run, { interruption, telling });
  if (exitCode === 0) return;
  const sentence = /ENOSPC|no space left/i.test(lastLines)
    ? fullDisk(root)
    : `the build failed. ${log} has all it said.`;
  throw new PlainError(sentence, { detail: lastLines.split("\n").slice(-shownLines).join("\n") });
}

/** @returns {boolean} whether all three apps were built once; what has changed since is turbo's to know */
export function isBuilt() {
  return ["hub", "shop", "bank"].every((app) => existsSync(join(root, "apps", app, ".next", "BUILD_ID")));
}
