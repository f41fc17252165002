/** The start-up test takes minutes and starts everything there is: it runs by itself, after all others. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "start-up",
    include: ["scripts/start-up.test.ts"],
    root: `${import.meta.dirname}/..`,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    bail: 1,
  },
});
