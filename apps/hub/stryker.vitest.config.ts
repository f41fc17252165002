import { defineConfig } from "vitest/config";

/** For mutation runs: without the global set-up of `vitest.config.ts`, which starts PostgreSQL. */
export default defineConfig({ test: { testTimeout: 30_000 } });
