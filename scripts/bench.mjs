/** `npm run bench`: sets up what the benchmarks need and runs them. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { readEnvironment, toolEnvironment } from "./environment.mjs";
import { install, requireNode } from "./install.mjs";
import { root } from "./paths.mjs";
import { prepareDataFolder } from "./secrets.mjs";
import { StopError } from "./stop-error.mjs";

try {
  const environment = toolEnvironment(readEnvironment());
  prepareDataFolder(join(root, ".data"));
  const logs = join(root, ".data", "logs");
  await install({ environment, logs });
  requireNode();
  await build({ environment, logs });
  const child = spawn("node", [join(root, "bench/run.ts")], { env: environment, stdio: "inherit" });
  child.on("exit", (code) => {
    process.exitCode = code ?? 1;
  });
} catch (error) {
  process.stderr.write(
    `error: ${error instanceof StopError ? error.message : /** @type {Error} */ (error).stack}\n`,
  );
  process.exitCode = 1;
}
