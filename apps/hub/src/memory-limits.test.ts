/** Limits of the hub's memory, and the start that applies them. */
import { type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { memoryOptions } from "../memory-limits.mjs";

const megabyte = 2 ** 20;
const optionsFor = (heap: number) => [`--max-old-space-size=${heap}`, "--max-semi-space-size=32"];

test.each([
  ["no limit", {}, 0, 512],
  ["a limit larger than any machine, as cgroup v1 reports none", {}, 2 ** 44, 512],
  ["a container with 4 GB", {}, 4096 * megabyte, 512],
  ["a container with 600 MB", {}, 600 * megabyte, 300],
  ["a container too small for the hub", {}, 100 * megabyte, 128],
  ["HEAP_LIMIT", { HEAP_LIMIT: "2048" }, 0, 2048],
  ["HEAP_LIMIT in a container", { HEAP_LIMIT: "400" }, 600 * megabyte, 400],
  ["an empty HEAP_LIMIT", { HEAP_LIMIT: "" }, 0, 512],
  ["other options", { NODE_OPTIONS: "--max-http-header-size=9000" }, 0, 512],
])("the heap is limited: %s", (_, environment, available, expected) => {
  expect(memoryOptions(environment, [], available)).toEqual(optionsFor(expected));
});

test.each([
  "--max-old-space-size=900",
  "--max_old_space_size=900",
  "--max-semi-space-size=4",
  "--max-heap-size=900",
])("an operator's own %s replaces the limits", (option) => {
  expect(memoryOptions({}, [option], 0)).toEqual([]);
  expect(memoryOptions({ NODE_OPTIONS: `--no-warnings ${option}`, HEAP_LIMIT: "300" }, [], 0)).toEqual([]);
});

test.each(["127", "65537", "1.5e2.", "400m", "-1"])(
  "an invalid HEAP_LIMIT is left to the settings: %s",
  (text) => {
    expect(memoryOptions({ HEAP_LIMIT: text }, [], 0)).toEqual([]);
  },
);

describe("node server.mjs", () => {
  type Start = [pid: number, heap: number, channel: boolean];

  /**
   * Starts the hub with an invalid secret, which ends it.
   *
   * @returns its process id, and what a preload recorded whenever the process started
   */
  async function startHub(stdio: StdioOptions) {
    const temporary = await mkdtemp(join(tmpdir(), "gatehouse-memory-"));
    onTestFinished(() => rm(temporary, { recursive: true }));
    const [preload, record] = [join(temporary, "record.cjs"), join(temporary, "starts")];
    const start =
      "[process.pid, require('v8').getHeapStatistics().heap_size_limit, process.connected ?? false]";
    const append = `require("fs").appendFileSync(${JSON.stringify(record)}, JSON.stringify(${start}) + "\\n");`;
    await writeFile(preload, append);
    const child = spawn(process.execPath, ["-r", preload, "server.mjs"], {
      cwd: resolve(import.meta.dirname, ".."),
      env: { NODE_ENV: "production", HUB_SECRETS: "x", HEAP_LIMIT: "200" },
      stdio,
    });
    expect(await once(child, "exit")).toEqual([1, null]);
    const lines = (await readFile(record, "utf8")).trim().split("\n");
    return { pid: child.pid, starts: lines.map((line): Start => JSON.parse(line)) };
  }

  test("starts again with the limits, under the same process id", async () => {
    const { pid, starts } = await startHub("ignore");
    // 96 MB are the space of new objects.
    expect(starts).toEqual([
      [pid, expect.any(Number), false],
      [pid, 296 * megabyte, false],
    ]);
  });

  test("keeps a channel that it has as standard input", async () => {
    const { pid, starts } = await startHub(["ipc", "ignore", "ignore"]);
    expect(starts).toEqual([
      [pid, expect.any(Number), true],
      [pid, 296 * megabyte, true],
    ]);
  });

  test("does not start again with another channel, which would be closed", async () => {
    const { pid, starts } = await startHub(["ignore", "ignore", "ignore", "ipc"]);
    expect(starts).toEqual([[pid, expect.any(Number), true]]);
  });
});
