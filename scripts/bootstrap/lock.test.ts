import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Lock } from "./lock.mjs";
import { identify, isAlive } from "./process-identity.mjs";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gatehouse-lock-"));
  path = join(directory, "run.json");
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("lock", () => {
  test("one has it, and the other can read who", () => {
    const [first, second] = [new Lock(path), new Lock(path)];
    expect(first.tryToTake()).toBe(true);
    first.update({ facts: { url: "http://hub.localhost:3000" } });
    expect(second.tryToTake()).toBe(false);
    expect(second.read()).toMatchObject({
      owner: { pid: process.pid },
      facts: { url: "http://hub.localhost:3000" },
    });
  });

  test("is free again after its release, and only its holder releases it", () => {
    const [first, second] = [new Lock(path), new Lock(path)];
    first.tryToTake();
    second.release();
    expect(second.tryToTake()).toBe(false);
    first.release();
    expect(second.tryToTake()).toBe(true);
  });

  test("one that a killed process left does not count", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const owner = identify(child.pid ?? 0);
    writeFileSync(path, JSON.stringify({ owner, children: [], facts: {} }));
    expect(new Lock(path).tryToTake()).toBe(false);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    expect(isAlive(owner)).toBe(false);
    const next = new Lock(path);
    expect(next.tryToTake()).toBe(true);
    expect(next.replaced?.owner).toEqual(owner);
    expect(readdirSync(directory)).toEqual(["run.json"]);
  });

  test.runIf(process.platform === "linux")("a number that went to another process does not count", () => {
    writeFileSync(
      path,
      JSON.stringify({ owner: { pid: process.pid, started: "1" }, children: [], facts: {} }),
    );
    expect(new Lock(path).tryToTake()).toBe(true);
  });

  test.each(["null", "5", "{}", '{"owner":{"pid":"x"}}'])(
    "one that holds %s counts for a moment only",
    (text) => {
      writeFileSync(path, text);
      expect(new Lock(path).tryToTake()).toBe(false);
      const longAgo = new Date(Date.now() - 60_000);
      utimesSync(path, longAgo, longAgo);
      expect(new Lock(path).tryToTake()).toBe(true);
    },
  );

  test("one cut off by a crash counts for a moment only", () => {
    writeFileSync(path, '{"owner":');
    expect(new Lock(path).tryToTake()).toBe(false);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(path, longAgo, longAgo);
    expect(new Lock(path).tryToTake()).toBe(true);
    expect(JSON.parse(readFileSync(path, "utf8")).owner.pid).toBe(process.pid);
  });

  test("of several that find a dead one's at once, one has it", async () => {
    const racers = await Promise.all(Array.from({ length: 4 }, () => race()));
    expect(racers.map(({ said }) => said).filter(Boolean)).toEqual([]);
    expect(racers.every(({ turns }) => turns > 0)).toBe(true);
  });
});

/** A process that takes the lock again and again, and leaves it as a killed one would every other time. */
async function race(): Promise<{ said: string; turns: number }> {
  const program = `
    import { rmSync, writeFileSync } from "node:fs";
    import { Lock } from "${import.meta.dirname}/lock.mjs";
    const path = process.argv[1];
    const end = Date.now() + 1_500;
    let turns = 0;
    while (Date.now() < end) {
      const lock = new Lock(path);
      if (!lock.tryToTake()) continue;
      writeFileSync(path + ".alone", "", { flag: "wx" });
      turns += 1;
      rmSync(path + ".alone");
      if (turns % 2) lock.release();
      else writeFileSync(path, JSON.stringify({ owner: { pid: process.pid, started: "1" } }));
    }
    console.log(turns);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, path]);
  let [said, turns] = ["", ""];
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  child.stdout.on("data", (chunk) => {
    turns += chunk;
  });
  await new Promise((resolve) => child.once("close", resolve));
  return { said, turns: Number(turns) };
}
