import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { name: "scripts", include: ["**/*.test.ts"], exclude: ["start-up.test.ts"], testTimeout: 20_000 },
});
