/**
 * `node journeys.mjs <http|https> [words]`: starts hub, shop and bank for testing and runs the journeys over that scheme.
 * `CHROMIUM_PATH` and, over https, `NGINX_PATH` name programs that `npm test` has found.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./bootstrap/checkout-paths.mjs";
import { runCommand } from "./bootstrap/command.mjs";
import { prepareDataDirectory } from "./bootstrap/data-directory.mjs";
import { childEnvironment } from "./bootstrap/environment.mjs";
import { watchForInterruption } from "./bootstrap/interruption.mjs";
import { PlainError } from "./bootstrap/plain-error.mjs";
import { runToItsEnd } from "./bootstrap/processes.mjs";
import { startTestSites } from "./test-sites.mjs";

/**
 * The journeys that loopback http can break: other cookie names without `Secure`, no proxy, sites that differ by name and
 * port alone. Over https all of them run; that is where users are.
 */
const overHttp = [
  "sign-in-once",
  "sign-out",
  "cart",
  "transfer",
  "timeout",
  "recognition",
  "cookies-refused",
].map((name) => `${name}.spec.ts`);

const interruption = watchForInterruption();
const [scheme, ...given] = process.argv.slice(2);

await runCommand(async () => {
  if (scheme === "http" || scheme === "https") return run(scheme);
  throw new PlainError("journeys.mjs needs http or https as its first word.");
});

/**
 * @param {import("./test-sites.mjs").Scheme} scheme
 * @returns {Promise<number>} exit code of Playwright
 */
async function run(scheme) {
  const directory = join(root, ".data", "test");
  const report = join(root, ".reports", `journeys-${scheme}.json`);
  const environment = childEnvironment(process.env);
  prepareDataDirectory(directory);
  await rm(report, { force: true });
  const sites = await startTestSites({
    environment,
    directory,
    scheme,
    nginx: process.env.NGINX_PATH,
    interruption,
  });
  try {
    return await runToItsEnd(["playwright", "test", "--reporter=list,json", ...given], {
      environment: {
        ...environment,
        ...sites.environment,
        // Not as words: those do not apply to the project that another one depends on.
        ...(given.length === 0 && scheme === "http" && { JOURNEYS: overHttp.join(",") }),
        PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      },
      interruption,
    });
  } finally {
    await sites.stop();
  }
}
