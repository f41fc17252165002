/**
 * Starts the hub: `node apps/hub/server.mjs`, or `server.ts`, a link to this file. Plain JavaScript, so that a Node
 * version that cannot read TypeScript can report which version is needed.
 */
import "./node-version.mjs";

// A dynamic import: Node loads all static imports before the first of them runs.
import("./src/start.ts");
