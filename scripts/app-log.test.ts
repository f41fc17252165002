import { closeSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openAppLog, readAppLog } from "./app-log.mjs";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gatehouse-log-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(path: string, text: string) {
  const { output, log } = openAppLog(path);
  writeSync(output, text);
  closeSync(output);
  return log;
}

test("what an earlier start wrote stays, and each start reads its own words alone", () => {
  const path = join(directory, "hub.log");
  const first = write(path, "größer\n");
  const second = write(path, "second\n");
  expect(readFileSync(path, "utf8")).toBe("größer\nsecond\n");
  expect(readAppLog(second)).toBe("second\n");
  expect(readAppLog(first)).toBe("größer\nsecond\n");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a log that has grown past eight megabytes starts anew", () => {
  const path = join(directory, "hub.log");
  writeFileSync(path, "x".repeat(7_999_999));
  write(path, "y");
  expect(statSync(path).size).toBe(8_000_000);
  const log = write(path, "new\n");
  expect(readAppLog(log)).toBe("new\n");
  expect(statSync(path).size).toBe(4);
});
