/**
 * The hub's process: `node apps/hub/server.mjs`, or `server.ts`, which is a link to this file. Plain JavaScript, so that
 * a Node which cannot read TypeScript says which one is needed.
 */
import "./node-version.mjs";

// Not by a static import: all of those are read before the first of them runs.
import("./src/start.ts");
