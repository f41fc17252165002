import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Interruption } from "./interruption.mjs";
import { runLogged } from "./logged-command.mjs";
import { familyOf, isAlive } from "./process-identity.mjs";
import { startProgram, stopProgram } from "./processes.mjs";

const directory = mkdtempSync(join(tmpdir(), "gatehouse-processes-"));
const log = join(directory, "command.log");
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const never = new Promise<never>(() => undefined);
const calm: Interruption = { happened: never, again: never, signal: undefined };

function run(script: string, interruption = calm) {
  return runLogged({
    command: [process.execPath, "-e", script],
    environment: process.env,
    log,
    interruption,
  });
}

test("a program that could not be started has no family, and stopping it ends nobody", async () => {
  const bystander = startProgram([process.execPath, "-e", "setInterval(() => 0, 1000)"], { stdio: "ignore" });
  const program = startProgram([join(directory, "none")], { stdio: "ignore" });
  expect([program.identity.pid, familyOf(program.identity.pid)]).toEqual([0, []]);
  await stopProgram(program);
  expect(isAlive(bystander.identity)).toBe(true);
  await stopProgram(bystander);
});

describe("a command of a step", () => {
  test("everything it says goes to the log, and its last lines are kept", async () => {
    const { exitCode, lastLines } = await run(
      "console.log('out'); console.error('err'); process.exitCode = 3",
    );
    expect(exitCode).toBe(3);
    expect(lastLines.split("\n").sort()).toEqual(["err", "out"]);
    expect(readFileSync(log, "utf8").split("\n").sort()).toEqual(["", "err", "out"]);
  });

  test("one that cannot be started fails with the reason", async () => {
    const options = { environment: process.env, log, interruption: calm };
    const { exitCode, lastLines } = await runLogged({ ...options, command: [join(directory, "none")] });
    expect([exitCode, lastLines]).toEqual([1, expect.stringContaining("ENOENT")]);
  });

  test("an interruption ends it and all it started", async () => {
    const family =
      "require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true });";
    const happened = new Promise<"SIGINT">((resolve) => setTimeout(resolve, 700, "SIGINT"));
    const before = new Set(familyOf(process.pid).map(({ pid }) => pid));
    const command = run(`${family} setInterval(() => {}, 1000)`, { ...calm, happened });
    await expect(command).rejects.toMatchObject({ exitCode: 130 });
    expect(familyOf(process.pid).filter(({ pid }) => !before.has(pid))).toEqual([]);
  });
});

describe("a program that does not want to end", () => {
  test("is taken away after a while", async () => {
    const stubborn = startProgram(
      [
        process.execPath,
        "-e",
        "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)",
      ],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    await new Promise((resolve) => stubborn.child.stdout?.once("data", resolve));
    await stopProgram(stubborn, { patience: 200 });
    await stubborn.ended;
    expect(stubborn.child.signalCode).toBe("SIGKILL");
    expect(isAlive(stubborn.identity)).toBe(false);
  });
});
