/** What `npm test` runs, in order: one check each, with how its result is counted. */
import { join } from "node:path";
import { playwrightCounts, vitestCounts } from "./counts.mjs";

/**
 * @typedef {object} Check
 * @property {string} name for the list at the end
 * @property {"lint" | "typecheck" | "unit" | "clients" | "e2e" | "start"} part what `npm run <part>` or `npm run test:<part>` runs
 * @property {readonly string[]} command program and words; programs of `node_modules/.bin` are found
 * @property {readonly string[]} [withWords] what goes before words of the caller, such as a test file
 * @property {readonly string[]} [withoutWords] what takes the place of words of the caller when there are none
 * @property {Record<string, string>} [environment] besides the usual
 * @property {(exitCode: number) => Promise<import("./counts.mjs").Counts>} [count] left out: the check counts as one
 * @property {import("./test-sites.mjs").Scheme} [needsSites] the three apps have to run, and speak this
 */

const typedWorkspaces = [
  "packages/cas",
  "packages/database",
  "packages/auth",
  "packages/ui",
  "packages/testing",
  "apps/hub",
  "apps/shop",
  "apps/bank",
  "examples/budget",
  "e2e",
  "bench",
  "scripts",
];

/**
 * The journeys that loopback http can break: other cookie names without `Secure`, no proxy, sites that differ by name and
 * port alone. Over https all of them run; that is where users are.
 */
const journeysOverHttp = [
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

/**
 * @param {{ reports: string, chromium?: string | undefined, pgbouncer?: string | undefined }} options folder for
 *   reports; paths of programs
 * @returns {readonly Check[]}
 */
export function checks({ reports, chromium, pgbouncer }) {
  const vitest = (
    /** @type {string} */ name,
    /** @type {"unit" | "clients" | "start"} */ part,
    /** @type {readonly string[]} */ words,
    /** @type {{ mayBeSkipped?: boolean }} */ options = {},
  ) => {
    const report = join(reports, `${name.replaceAll(" ", "-")}.json`);
    return {
      name,
      part,
      command: ["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile=${report}`, ...words],
      count: (/** @type {number} */ exitCode) => vitestCounts(report, exitCode, options),
    };
  };
  const journeys = (
    /** @type {string} */ name,
    /** @type {import("./test-sites.mjs").Scheme} */ scheme,
    /** @type {readonly string[]} */ withoutWords = [],
  ) => {
    const report = join(reports, `${name.replaceAll(" ", "-")}.json`);
    return {
      name,
      part: /** @type {const} */ ("e2e"),
      command: ["playwright", "test", "--reporter=list,json"],
      // Else one chosen journey that moves the clock would run all the others first.
      withWords: ["--no-deps"],
      withoutWords,
      environment: {
        PLAYWRIGHT_JSON_OUTPUT_NAME: report,
        ...(chromium !== undefined && { CHROMIUM_PATH: chromium }),
      },
      count: (/** @type {number} */ exitCode) => playwrightCounts(report, exitCode),
      needsSites: scheme,
    };
  };
  return [
    {
      name: "format and lint",
      part: "lint",
      command: ["biome", "ci", "--colors=off", "--error-on-warnings", "."],
    },
    ...typedWorkspaces.map((workspace) => ({
      name: `types of ${workspace}`,
      part: /** @type {const} */ ("typecheck"),
      command: ["tsc", "-p", workspace],
    })),
    { name: "nothing unused", part: "lint", command: ["knip"] },
    { name: "boundaries", part: "lint", command: ["turbo", "boundaries"] },
    {
      ...vitest("unit, laws, integration", "unit", []),
      environment: { ...(pgbouncer !== undefined && { PGBOUNCER_PATH: pgbouncer }) },
    },
    vitest("Debian's clients", "clients", ["--config", "apps/hub/src/cas/clients/debian/vitest.config.ts"], {
      mayBeSkipped: true,
    }),
    journeys("journeys over http", "http", journeysOverHttp),
    journeys("journeys over https", "https"),
    vitest("start-up", "start", ["--config", "scripts/start-up.vitest.config.ts"]),
  ];
}
