/** Before the run: installs what is missing, or says why nothing can be shown. */
import type { TestProject } from "vitest/node";
import { installPackages } from "./packages.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Why Debian's clients cannot run on this machine; empty: they can. */
    debianClientsMissing: string;
  }
}

export async function setup(project: TestProject): Promise<void> {
  const missing = await installPackages();
  if (missing !== undefined) process.stdout.write(`Debian's clients did not run: ${missing}.\n`);
  project.provide("debianClientsMissing", missing ?? "");
}
