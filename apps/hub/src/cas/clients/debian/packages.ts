/** The Debian packages that hold the clients, and what runs them; installed where that is allowed. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

const run = promisify(execFile);

const packages = [
  "apache2-bin",
  "libapache2-mod-auth-cas",
  "libapache2-mod-auth-openidc",
  "libapache2-mod-php",
  "libauthcas-perl",
  "openssl",
  "php-cas",
  "php-curl",
  "php-xml",
];

declare module "vitest" {
  interface ProvidedContext {
    /** Why Debian's clients cannot run on this machine; empty: they can. */
    debianClientsMissing: string;
  }
}

/** Before the run: installs missing packages, or says why no client can run. */
export async function setup(project: TestProject): Promise<void> {
  const missing = await installPackages();
  if (missing !== undefined) process.stdout.write(`Debian's clients did not run: ${missing}.\n`);
  project.provide("debianClientsMissing", missing ?? "");
}

/** Why the clients cannot run here, in one line; `undefined`: all of them are installed. */
async function installPackages(): Promise<string | undefined> {
  const missing = await missingPackages();
  if (missing === undefined) return "this machine has no Debian packages (dpkg-query is not there)";
  if (missing.length === 0) return undefined;
  const lacks = `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not installed`;
  if (process.getuid?.() !== 0) return `${lacks}, and only root may install packages`;
  const options = ["-q", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"];
  try {
    await aptGet("update", "-q");
    await aptGet("install", ...options, ...missing);
    return undefined;
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).trim().split("\n");
    return `${lacks}, and apt-get could not install: ${lines.at(-1) ?? ""}`;
  }
}

function aptGet(...words: readonly string[]): Promise<unknown> {
  return run("env", ["DEBIAN_FRONTEND=noninteractive", "apt-get", ...words], { maxBuffer: 16 * 1024 * 1024 });
}

async function missingPackages(): Promise<string[] | undefined> {
  try {
    await run("dpkg-query", ["--version"]);
  } catch {
    return undefined;
  }
  const states = await Promise.all(
    packages.map((name) =>
      run("dpkg-query", ["--status", name]).then(
        ({ stdout }) => /^Status: install ok installed$/m.test(stdout),
        () => false,
      ),
    ),
  );
  return packages.filter((_, index) => states[index] !== true);
}
