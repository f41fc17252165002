import { defineConfig } from "vitest/config";

/** Every file brings up a PostgreSQL of its own, some tests several; on a busy machine that takes seconds. */
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000 } });
