import { join } from "node:path";
import { defineConfig } from "vitest/config";

const cheap = join(import.meta.dirname, "src/test-support/hash-cost.ts");

export default defineConfig({
  resolve: { alias: [{ find: /^\.\/hash-cost\.ts$/, replacement: cheap }] },
  test: {
    name: "hub",
    include: ["{app,src}/**/*.test.{ts,tsx}"],
    // They install packages and have a configuration of their own.
    exclude: ["src/cas/clients/debian/**"],
    // Files share the modules of a worker: loading them for each file takes a sixth of the run. A test restores what it replaces.
    isolate: false,
    globalSetup: ["./src/test-support/shared-postgres.ts"],
    // A first import of Prisma, Hono and zod on a busy machine takes its time.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
