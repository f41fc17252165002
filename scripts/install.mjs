/** Installs what the lock file says, once. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programs, root } from "./paths.mjs";
import { runTool } from "./run-tool.mjs";
import { StopError } from "./stop-error.mjs";

const stamp = join(root, "node_modules", ".gatehouse-install");

/**
 * Install scripts stay off: no package of ours needs one, and a package that is taken over cannot run one.
 *
 * @param {{ environment: NodeJS.ProcessEnv, logs: string, say?: (detail: string) => void }} options
 * @throws {StopError}
 */
export async function install({ environment, logs, say }) {
  const wanted = fingerprint();
  if (isInstalled(wanted)) return;
  await runTool(
    [
      "npm",
      "ci",
      "--ignore-scripts",
      "--include=dev",
      "--include=optional",
      "--no-audit",
      "--no-fund",
      "--loglevel=http",
    ],
    {
      environment,
      log: join(logs, "install.log"),
      failure: "the packages could not be installed. Check the network and npm's settings, then start again.",
      ...(say ? { onLine: () => say("fetching packages") } : {}),
    },
  );
  writeFileSync(stamp, wanted);
}

/**
 * @throws {StopError} when no Node is there that runs our TypeScript
 */
export function requireNode() {
  if (existsSync(join(programs, "node")) || Number(process.versions.node.split(".")[0]) >= 24) return;
  throw new StopError(
    `there is no Node 24 package for ${process.platform} on ${process.arch}. Install Node 24 or newer and start again.`,
  );
}

/** @param {string} wanted */
function isInstalled(wanted) {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
}

function fingerprint() {
  const lock = readFileSync(join(root, "package-lock.json"));
  return createHash("sha256").update(lock).update(`${process.platform}-${process.arch}`).digest("hex");
}
