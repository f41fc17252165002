import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Interruption } from "./interruption.mjs";
import { Lock } from "./lock.mjs";
import { identify, isAlive } from "./process-identity.mjs";

const directory = mkdtempSync(join(tmpdir(), "gatehouse-turn-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const never = new Promise<never>(() => undefined);
const calm: Interruption = { happened: never, again: never, signal: undefined };
const path = join(directory, "set-up.lock");

beforeEach(() => rmSync(path, { force: true }));

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
    await lock.take(calm, () => {
      throw new Error("nobody else has it");
    });
    expect(new Lock(path).tryToTake()).toBe(false);
  });

  test("of a living process is waited for, by its number; killed, its programs end first", async () => {
    const other = await holder();
    const holders: unknown[] = [];
    await new Lock(path).take(calm, (holder, milliseconds) => {
      holders.push(holder?.owner.pid);
      expect(isAlive(other.leftover)).toBe(true);
      if (milliseconds > 400) other.kill();
    });
    expect(holders.length).toBeGreaterThan(2);
    expect(new Set(holders)).toEqual(new Set([other.pid]));
    expect(isAlive(other.leftover)).toBe(false);
  });

  test("is given up when a signal comes", async () => {
    new Lock(path).tryToTake();
    const taking = new Lock(path).take({ ...calm, signal: "SIGINT" }, () => undefined);
    await expect(taking).rejects.toMatchObject({
      exitCode: 130,
    });
  });
});
