import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createProgress } from "./progress.mjs";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 60, written, write: (text: string) => written.push(text) };
}

describe("progress", () => {
  test("a step is announced, and closed with its time", async () => {
    const output = screen(false);
    const step = createProgress({ total: 2, output }).step("building", () => wait(4_000));
    await vi.advanceTimersByTimeAsync(4_000);
    await step;
    expect(output.written).toEqual(["[1/2] building …\n", "[1/2] building … 4 s\n"]);
  });

  test("a long step says how far it is, now and then", async () => {
    const output = screen(false);
    const step = createProgress({ total: 2, output }).step("installing", async ({ report }) => {
      report("3 of 9 packages");
      await wait(65_000);
    });
    await vi.advanceTimersByTimeAsync(65_000);
    await step;
    expect(output.written).toEqual([
      "[1/2] installing …\n",
      "[1/2] installing … 30 s, 3 of 9 packages\n",
      "[1/2] installing … 60 s, 3 of 9 packages\n",
      "[1/2] installing … 65 s\n",
    ]);
  });

  test("on a terminal one line is written over, and never wraps", async () => {
    const output = screen(true);
    const step = createProgress({ total: 1, output }).step("building", async ({ report }) => {
      report("x".repeat(200));
      await wait(1_000);
    });
    await vi.advanceTimersByTimeAsync(1_000);
    await step;
    const lines = output.written.map((text) => text.replace("\r\u001b[2K", ""));
    expect(output.written.every((text) => text.startsWith("\r\u001b[2K"))).toBe(true);
    expect(lines.every((line) => line.trimEnd().length < 60)).toBe(true);
    expect(lines.filter((line) => line.endsWith("\n"))).toEqual(["[1/1] building … 1 s\n"]);
  });

  test("a failing step says so and fails", async () => {
    const output = screen(false);
    const failing = createProgress({ total: 1, output }).step("building", () =>
      Promise.reject(new Error("no")),
    );
    await expect(failing).rejects.toThrow("no");
    expect(output.written.at(-1)).toBe("[1/1] building … failed after 0 s\n");
  });

  test("nothing is said of quick steps where quiet is asked for", async () => {
    const output = screen(false);
    const progress = createProgress({ total: 2, output, quietFor: 3_000 });
    const steps = progress.step("one", () => wait(1_000)).then(() => progress.step("two", () => wait(5_000)));
    await vi.advanceTimersByTimeAsync(6_000);
    await steps;
    expect(output.written).toEqual(["[2/2] two … 5 s\n"]);
  });

  test("a step that turns out to be another says so, and its time is for all of it", async () => {
    const output = screen(false);
    const step = createProgress({ total: 2, output }).step("checking packages", async ({ retitle }) => {
      await wait(1_000);
      retitle("installing packages");
      retitle("installing packages");
      await wait(2_000);
    });
    await vi.advanceTimersByTimeAsync(3_000);
    await step;
    expect(output.written).toEqual([
      "[1/2] checking packages …\n",
      "[1/2] installing packages …\n",
      "[1/2] installing packages … 3 s\n",
    ]);
  });

  test("a title that comes too late is not shown", async () => {
    const output = screen(false);
    const step = createProgress({ total: 1, output }).step("one", async ({ retitle }) => {
      setTimeout(() => retitle("another"), 100);
    });
    await step;
    await vi.advanceTimersByTimeAsync(200);
    expect(output.written).toEqual(["[1/1] one …\n", "[1/1] one … 0 s\n"]);
  });
});
