/** Unit, law and integration tests of every workspace; a workspace that needs more has a config of its own. */
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { projects: ["apps/*", "packages/*", "examples/*", "scripts", "e2e"] } });
