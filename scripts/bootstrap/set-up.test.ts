import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Interruption } from "./interruption.mjs";
import { Lock } from "./lock.mjs";
import { identify, isAlive } from "./process-identity.mjs";
import { createProgress } from "./progress.mjs";
import { takeTurn } from "./set-up.mjs";

const directory = mkdtempSync(join(tmpdir(), "gatehouse-turn-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const never = new Promise<never>(() => undefined);
const calm: Interruption = { happened: never, again: never, signal: undefined };
const path = join(directory, "set-up.lock");

let written: string[];
beforeEach(() => {
  written = [];
  rmSync(path, { force: true });
});

function turn(lock: Lock, interruption = calm) {
  const output = { write: (text: string) => written.push(text) };
  const progress = createProgress({ total: 1, output });
  return takeTurn(lock, { interruption, progress, does: "builds in this checkout" });
}

/** Holds the lock until it is killed, and has a child of its own that knows nothing of that. */
async function holder() {
  const program = `
    import { spawn } from "node:child_process";
    import { Lock } from "${import.meta.dirname}/lock.mjs";
    import { identify } from "${import.meta.dirname}/process-identity.mjs";
    const lock = new Lock(process.argv[1]);
    lock.tryToTake();
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true });
    lock.update({ children: [identify(child.pid)] });
    console.log(child.pid);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, path]);
  const leftover = await new Promise<string>((resolve) => child.stdout.once("data", resolve));
  return { pid: child.pid, leftover: identify(Number(leftover)), kill: () => child.kill("SIGKILL") };
}

describe("a turn", () => {
  test("that is free is taken without a word", async () => {
    const lock = new Lock(path);
    await turn(lock);
    expect(written).toEqual([]);
    expect(new Lock(path).tryToTake()).toBe(false);
  });

  test("of a living process is waited for, by its number; killed, its programs end first", async () => {
    const other = await holder();
    let taken = false;
    const waiting = turn(new Lock(path)).then(() => {
      taken = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect([taken, isAlive(other.leftover)]).toEqual([false, true]);
    expect(written).toEqual([`waiting for process ${other.pid}, which builds in this checkout …\n`]);
    other.kill();
    await waiting;
    expect(isAlive(other.leftover)).toBe(false);
  });

  test("is given up when a signal comes", async () => {
    new Lock(path).tryToTake();
    await expect(turn(new Lock(path), { ...calm, signal: "SIGINT" })).rejects.toMatchObject({
      exitCode: 130,
    });
  });
});
