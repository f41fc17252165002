/** Builds the database client and the three apps; turbo skips what has not changed. */
import { join } from "node:path";
import { runTool } from "./run-tool.mjs";

/**
 * @param {{ environment: NodeJS.ProcessEnv, logs: string, say?: (detail: string) => void, only?: string }} options
 *   `only`: one workspace instead of all
 * @throws {import("./stop-error.mjs").StopError}
 */
export async function build({ environment, logs, say, only }) {
  await runTool(
    [
      "turbo",
      "run",
      "build",
      "--output-logs=new-only",
      "--no-color",
      "--no-daemon",
      ...(only ? [`--filter=${only}`] : []),
    ],
    {
      environment: { ...environment, NODE_ENV: "production" },
      log: join(logs, "build.log"),
      failure: "the build failed.",
      ...(say ? { onLine: (line) => say(line.slice(0, 60)) } : {}),
    },
  );
}
