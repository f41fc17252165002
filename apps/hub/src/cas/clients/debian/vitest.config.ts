/** Debian's clients at the hub: real processes, which take longer than a test of one file and need packages. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "Debian's clients",
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: ["./packages.ts", "../../../test-support/shared-postgres.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
