/**
 * `node journeys.mjs <http|https> [words]`: starts hub, shop and bank for testing and runs the journeys over that scheme.
 * `CHROMIUM_PATH` and, over https, `NGINX_PATH` name programs that `npm test` has found.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { prepareDataDirectory } from "./bootstrap/data-directory.mjs";
import { showError } from "./bootstrap/end-of-command.mjs";
import { childEnvironment } from "./bootstrap/environment.mjs";
import { root } from "./bootstrap/house.mjs";
import { watchForInterruption } from "./bootstrap/interruption.mjs";
import { Interrupted, PlainError } from "./bootstrap/plain-error.mjs";
import { startProgram, stopProgram } from "./bootstrap/processes.mjs";
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
  "two-people",
  "cookies-refused",
  "hardening",
  "open-redirect",
].map((name) => `e2e/${name}.spec.ts`);

const interruption = watchForInterruption();
const [scheme, ...given] = process.argv.slice(2);

try {
  if (scheme !== "http" && scheme !== "https")
    throw new PlainError("journeys.mjs needs http or https as its first word.");
  process.exitCode = await run(scheme);
} catch (error) {
  process.exitCode = showError(error);
}
process.exit();

/**
 * @param {import("./test-sites.mjs").Scheme} scheme
 * @returns {Promise<number>} exit code of Playwright
 */
async function run(scheme) {
  const directory = join(root, ".data", "test");
  const words = given.length > 0 || scheme === "https" ? given : overHttp;
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
    const program = startProgram("playwright", ["playwright", "test", "--reporter=list,json", ...words], {
      cwd: root,
      env: { ...environment, ...sites.environment, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const ending = await Promise.race([program.ended, interruption.happened]);
    await stopProgram(program, { now: interruption.signal ? interruption.again : interruption.happened });
    if (typeof ending === "string") throw new Interrupted(ending);
    return ending.code ?? 1;
  } finally {
    await sites.stop();
  }
}
