import type { Runtime } from "./gatehouse-options.ts";

/** The runtime of a site outside tests. Its variables are read at the first use. */
export function processRuntime(): Runtime {
  return { environment: process.env, now: Date.now, shared: globalThis };
}
