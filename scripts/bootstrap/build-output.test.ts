import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tellBuild } from "./build-output.mjs";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function read(lines: readonly string[]) {
  const reported: string[] = [];
  const titles: string[] = [];
  const tell = tellBuild({ report: (text) => reported.push(text), retitle: (text) => titles.push(text) });
  for (const line of lines) tell(line);
  vi.advanceTimersByTime(1_000);
  return { reported, titles };
}

test("a build with nothing to do keeps its title and has nothing to report", () => {
  const lines = [
    "• Running build in 10 packages",
    "@gatehouse/shop:build: cache hit, suppressing logs 3b9be8d3dbaa16ef",
    "Cached:    4 cached, 4 total",
  ];
  expect(read(lines)).toEqual({ reported: [], titles: [] });
});

test("what is built is named once", () => {
  const lines = [
    "@gatehouse/hub:build: cache miss, executing 1b0481d0c44b9264",
    "@gatehouse/bank:build: cache hit, suppressing logs c64c3820fd219d5a",
    "@gatehouse/shop:build: cache miss, executing 3b9be8d3dbaa16ef",
  ];
  expect(read(lines)).toEqual({ reported: [], titles: ["building hub, shop"] });
});

test("how far it is, is the last line with words in it", () => {
  const lines = [
    "@gatehouse/hub:build: ✓ Compiled successfully in 3.5s",
    "@gatehouse/hub:build:",
    "@gatehouse/shop:build: ",
    "@gatehouse/shop:build: │",
  ];
  expect(read(lines).reported).toEqual(["hub: ✓ Compiled successfully in 3.5s"]);
});
