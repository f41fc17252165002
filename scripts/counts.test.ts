import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { countReport } from "./counts.mjs";

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gatehouse-counts-"));
  file = join(directory, "report.json");
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("a run that may be skipped", () => {
  test.each([
    ["all skipped", { numTotalTests: 3, numPendingTests: 3 }, 0, { passed: 0, failed: 0 }],
    [
      "all skipped, and it failed outside of a test",
      { numTotalTests: 3, numPendingTests: 3 },
      1,
      { passed: 0, failed: 1 },
    ],
    ["no test was found", { numTotalTests: 0, numPendingTests: 0 }, 0, { passed: 0, failed: 1 }],
    [
      "some skipped",
      { numTotalTests: 3, numPendingTests: 1, numPassedTests: 2 },
      0,
      { passed: 2, failed: 0 },
    ],
  ])("%s", async (_, report, exitCode, expected) => {
    writeFileSync(file, JSON.stringify(report));
    expect(await countReport(file, exitCode, { mayBeSkipped: true })).toEqual(expected);
  });

  test("else a run with every test skipped has shown nothing", async () => {
    writeFileSync(file, JSON.stringify({ numTotalTests: 3, numPendingTests: 3 }));
    expect(await countReport(file, 0)).toEqual({ passed: 0, failed: 1 });
  });
});

describe.each([
  {
    runner: "vitest",
    report: (passed: number, failed: number) => ({ numPassedTests: passed, numFailedTests: failed }),
  },
  {
    runner: "Playwright",
    report: (passed: number, failed: number) => ({
      stats: { expected: passed, unexpected: failed, flaky: 0 },
    }),
  },
])("what $runner reports", ({ report }) => {
  test.each([
    ["all passed", 5, 0, 0, { passed: 5, failed: 0 }],
    ["some failed", 3, 2, 1, { passed: 3, failed: 2 }],
    ["all passed, and it failed outside of a test", 5, 0, 1, { passed: 5, failed: 1 }],
    ["no test was found", 0, 0, 0, { passed: 0, failed: 1 }],
  ])("%s", async (_, passed, failed, exitCode, expected) => {
    writeFileSync(file, JSON.stringify(report(passed, failed)));
    expect(await countReport(file, exitCode)).toEqual(expected);
  });

  test("no report is a failure, whatever the exit code", async () => {
    expect(await countReport(file, 0)).toEqual({ passed: 0, failed: 1 });
  });

  test("half a report is a failure", async () => {
    writeFileSync(file, '{"numPassedTests": 5, "stats": {"expected": 5');
    expect(await countReport(file, 1)).toEqual({ passed: 0, failed: 1 });
  });
});

test("a journey that passed at its second try has failed", async () => {
  writeFileSync(file, JSON.stringify({ stats: { expected: 4, unexpected: 0, flaky: 1 } }));
  expect(await countReport(file, 0)).toEqual({ passed: 4, failed: 1 });
});

test("the report of an earlier run does not count", async () => {
  writeFileSync(file, JSON.stringify({ numPassedTests: 5, numFailedTests: 0 }));
  expect(await countReport(file, 0, { since: Date.now() - 60_000 })).toEqual({ passed: 5, failed: 0 });
  expect(await countReport(file, 0, { since: Date.now() + 60_000 })).toEqual({ passed: 0, failed: 1 });
});

test("a program without a report counts as one", async () => {
  expect(await countReport(undefined, 0)).toEqual({ passed: 1, failed: 0 });
  expect(await countReport(undefined, 2)).toEqual({ passed: 0, failed: 1 });
});
