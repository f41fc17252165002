/** The parts of `npm test`, in order: the tasks that turbo runs for each, and the command that runs one with words. */
import { join } from "node:path";
import { root, script } from "./bootstrap/house.mjs";

/** @typedef {"lint" | "typecheck" | "unit" | "clients" | "e2e:http" | "e2e:https" | "start"} Part */
/**
 * @typedef {object} Check
 * @property {Part} part the end of `npm run <part>` or `npm run test:<part>`
 * @property {string} title for the line of progress
 * @property {readonly string[]} tasks of turbo.json
 * @property {number} [atOnce] tasks that run at the same time; absent: one for each core
 * @property {readonly string[]} command for somebody's own words, such as a test file; runs without turbo
 * @property {string} [report] report of the command
 */
/**
 * @typedef {object} Result how the result of one of turbo's tasks is called and counted
 * @property {(directory: string) => string} name
 * @property {string} [report] file in the workspace; absent: the task counts as one
 * @property {boolean} [mayBeSkipped] its log says why every test was skipped
 */

const vitest = (/** @type {string} */ report) => [
  ...["vitest", "run", "--reporter=default", "--reporter=json"],
  `--outputFile=${join(root, report)}`,
];
const chosen = ".reports/chosen.json";

/** @type {readonly Check[]} */
export const checks = [
  {
    part: "lint",
    title: "checking format, unused code and boundaries",
    tasks: ["check:format", "check:unused", "check:boundaries"],
    command: ["biome", "ci", "--colors=off", "--error-on-warnings"],
  },
  { part: "typecheck", title: "checking types", tasks: ["typecheck"], command: ["tsc", "-p"] },
  {
    part: "unit",
    title: "running unit tests",
    tasks: ["test:unit"],
    // vitest has a worker for each core; two of them at once are slower than one after the other.
    atOnce: 1,
    command: vitest(chosen),
    report: chosen,
  },
  {
    part: "clients",
    title: "running Debian's clients",
    tasks: ["test:clients"],
    command: [...vitest(chosen), "--config", "apps/hub/src/cas/clients/debian/vitest.config.ts"],
    report: chosen,
  },
  ...["http", "https"].map((scheme) => ({
    part: /** @type {Part} */ (`e2e:${scheme}`),
    title: `running journeys over ${scheme}`,
    tasks: [`check:journeys:${scheme}`],
    // Else one chosen journey that moves the clock would run all the others first.
    command: [process.execPath, script("journeys.mjs"), scheme, "--no-deps"],
    report: `.reports/journeys-${scheme}.json`,
  })),
  {
    part: "start",
    title: "running the start-up tests",
    tasks: ["check:start"],
    command: [...vitest(chosen), "--config", "scripts/start-up.vitest.config.ts"],
    report: chosen,
  },
];

/** @type {Record<string, Result>} */
export const results = {
  "check:format": { name: () => "format and lint" },
  "check:unused": { name: () => "nothing unused" },
  "check:boundaries": { name: () => "boundaries" },
  typecheck: { name: (directory) => `types of ${directory}` },
  "test:unit": { name: (directory) => `unit tests of ${directory}`, report: ".reports/unit.json" },
  "test:clients": { name: () => "Debian's clients", report: ".reports/clients.json", mayBeSkipped: true },
  "check:journeys:http": { name: () => "journeys over http", report: ".reports/journeys-http.json" },
  "check:journeys:https": { name: () => "journeys over https", report: ".reports/journeys-https.json" },
  "check:start": { name: () => "start-up", report: ".reports/start.json" },
};
