import { defineConfig } from "vitest/config";

/** Every test file starts its own PostgreSQL, some tests start several, which takes seconds on a busy machine. */
export default defineConfig({
  test: { globalSetup: ["./src/migrated-folder.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
});
