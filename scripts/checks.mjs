/** The parts of `npm test`, in order, and the tasks of turbo.json that each of them runs. */

/**
 * @typedef {object} Task
 * @property {string} name
 * @property {string} [report] file of the test runner, from the workspace; absent: the task counts as one
 * @property {boolean} [mayBeSkipped] its log says why every test was skipped
 */
/**
 * @typedef {object} Check
 * @property {string} part the end of `npm run <part>` or `npm run test:<part>`
 * @property {string} title for the line of progress
 * @property {Record<string, Task>} tasks by their name in turbo.json
 * @property {number} [atOnce] tasks that run at the same time; absent: one for each core
 * @property {readonly string[]} [withWords] what goes before words of the caller; absent: the part takes no words
 */

/** @type {readonly Check[]} */
export const checks = [
  {
    part: "lint",
    title: "checking format, unused code, boundaries and documents",
    tasks: {
      "check:format": { name: "format and lint" },
      "check:unused": { name: "nothing unused" },
      "check:boundaries": { name: "boundaries" },
      "check:documents": { name: "documents", report: ".reports/documents.json" },
    },
  },
  { part: "typecheck", title: "checking types", tasks: { typecheck: { name: "types" } } },
  {
    part: "unit",
    title: "running unit tests",
    tasks: { "test:unit": { name: "unit tests", report: ".reports/unit.json" } },
    // vitest has a worker for each core; two of them at once are slower than one after the other.
    atOnce: 1,
  },
  {
    part: "clients",
    title: "running Debian's clients",
    tasks: {
      "test:clients": { name: "Debian's clients", report: ".reports/clients.json", mayBeSkipped: true },
    },
    withWords: [],
  },
  {
    part: "e2e:http",
    title: "running journeys over http",
    tasks: { "check:journeys:http": { name: "journeys over http", report: ".reports/journeys-http.json" } },
    // Else one chosen journey that moves the clock would run all the others first.
    withWords: ["--no-deps"],
  },
  {
    part: "e2e:https",
    title: "running journeys over https",
    tasks: {
      "check:journeys:https": { name: "journeys over https", report: ".reports/journeys-https.json" },
    },
    withWords: ["--no-deps"],
  },
  {
    part: "start",
    title: "running the start-up tests",
    tasks: { "check:start": { name: "start-up", report: ".reports/start.json" } },
    withWords: [],
  },
];
