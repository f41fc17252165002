import { defineConfig } from "vitest/config";
import unitTests from "./vitest.config.ts";

/**
 * Tests that judge mutants: those of the rules in `stryker.config.json` that open neither a hub nor a database. Listed
 * here and not there, because Stryker runs every related test for a mutant of code that runs on import.
 */
export default defineConfig({
  ...(unitTests.resolve && { resolve: unitTests.resolve }),
  test: {
    include: [
      "src/app-password/app-password-rules.test.ts",
      "src/command-line/parse-command.test.ts",
      "src/credential/{attempt-queue,password,throttle-keys,typed-name}.test.ts",
      "src/http/{basic-credentials,client-address,cookies,flow,kept-form,leaving-page-rule,own-pages,prefetch-headers,response-headers}.test.ts",
      "src/logout/logout-message.test.ts",
      "src/oidc/issuer/{client-metadata,cors-rule,error-words,request-rules,subject-rule}.test.ts",
      "src/oidc/scope/scopes.test.ts",
      "src/outbound/public-address.test.ts",
      "src/server/guard.test.ts",
      "src/settings/*.test.ts",
      "src/sign-in/{known-browser,login-address,reason,refuse-service}.test.ts",
      "src/site-registry/*.test.ts",
    ],
  },
});
