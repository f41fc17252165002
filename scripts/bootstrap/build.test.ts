import { expect, test } from "vitest";
import { afterOtherBuilds } from "./build.mjs";
import type { Interruption } from "./interruption.mjs";

const never = new Promise<never>(() => undefined);
const calm: Interruption = { happened: never, again: never, signal: undefined };
const busy = {
  exitCode: 1,
  lastLines: "@gatehouse/bank:build: ⨯ Another next build process is already running.\nnpm error code 1",
};
const built = { exitCode: 0, lastLines: "" };

function build(results: readonly (typeof busy)[], { interruption = calm, patience = 5_000 } = {}) {
  const left = [...results];
  const titles: string[] = [];
  const telling = { report: () => undefined, retitle: (title: string) => titles.push(title) };
  const attempt = async () => left.shift() ?? built;
  const result = afterOtherBuilds(attempt, { interruption, telling, between: 1, patience });
  return { result, titles, left };
}

test("a build waits for one that was started by hand, and says so", async () => {
  const { result, titles } = build([busy, busy, built]);
  expect(await result).toBe(built);
  expect(titles).toEqual(Array(2).fill("waiting for another next build in this checkout"));
});

test("a build that fails for a reason of its own is not tried again", async () => {
  const failed = { exitCode: 1, lastLines: "Type error" };
  const { result, left } = build([failed, built]);
  expect(await result).toBe(failed);
  expect(left).toEqual([built]);
});

test("one that does not end is one sentence", async () => {
  const { result } = build([busy], { patience: -1 });
  await expect(result).rejects.toThrow(
    "another next build runs in this checkout and does not end. End it and start again.",
  );
});

test("a signal ends the waiting", async () => {
  const { result } = build([busy], { interruption: { ...calm, signal: "SIGINT" } });
  await expect(result).rejects.toMatchObject({ exitCode: 130 });
});
