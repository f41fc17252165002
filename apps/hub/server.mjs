/**
 * Starts the hub: `node apps/hub/server.mjs`, or `server.ts`, a link to this file. Plain JavaScript, so that a Node
 * version that cannot read TypeScript can report which version is needed.
 */
import "./node-version.mjs";
// Not by name: an older Node lacks some, and would fail before it reports its version.
import module from "node:module";
import { join } from "node:path";
import { restartWithMemoryLimits } from "./memory-limits.mjs";

restartWithMemoryLimits();
// Keeps compiled code, and TypeScript files as JavaScript. Where the folder cannot be written, nothing is kept.
module.enableCompileCache(join(import.meta.dirname, "../../node_modules/.cache/gatehouse-hub"));
// A dynamic import: Node loads all static imports before the first of them runs.
await import("./src/start.ts");
module.flushCompileCache();
