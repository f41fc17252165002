import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "hub",
    include: ["{app,src}/**/*.test.{ts,tsx}"],
    globalSetup: ["./src/test-support/shared-postgres.ts"],
    // A first import of Prisma, Hono and zod on a busy machine takes its time.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
