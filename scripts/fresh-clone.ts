/** A clone of the committed tree in a folder of its own, and `npm start` in it as somebody at a terminal types it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { root } from "./bootstrap/checkout.mjs";
import { type Environment, terminalEnvironment } from "./terminal-environment.ts";

export interface Run {
  readonly process: ChildProcess;
  /** All output so far. */
  said(): string;
  /** Waits for output. @throws Error if the run ends first, or the output does not appear in time */
  says(words: RegExp, seconds: number): Promise<void>;
  readonly exitCode: Promise<number | null>;
}

export class FreshClone {
  readonly directory = join(mkdtempSync(join(tmpdir(), "gatehouse-start-")), "gatehouse");

  constructor() {
    // Without hard links: the clone's user need not own the original.
    execFileSync("git", ["clone", "--quiet", "--no-hardlinks", root, this.directory], { stdio: "pipe" });
  }

  /** @param environment besides what a fresh terminal has */
  start(environment: Environment): Run {
    const child = spawn("npm", ["start"], {
      cwd: this.directory,
      env: { ...terminalEnvironment(), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, as a shell gives it: Ctrl-C goes to the group.
      detached: true,
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
    const exitCode = new Promise<number | null>((resolve) => child.once("close", resolve));
    return {
      process: child,
      said: () => text,
      says: (...wanted) => says(child, () => text, ...wanted),
      exitCode,
    };
  }

  /** @returns what a command says to standard output; throws when it fails */
  run([program = "", ...words]: readonly string[], environment: Environment): string {
    const env = { ...terminalEnvironment(), ...environment };
    return execFileSync(program, words, {
      cwd: this.directory,
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** @returns what runs in this clone or was started from it */
  processes(): { readonly pid: number; readonly directory: string; readonly command: string }[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((name) => this.#isOurs(name))
      .map((name) => ({
        pid: Number(name),
        directory: readWorkingDirectory(name),
        command: readProc(name, "cmdline").replaceAll("\0", " ").trim(),
      }));
  }

  /** @returns what still runs after a while */
  async processesAfter(seconds: number): Promise<string[]> {
    const deadline = Date.now() + seconds * 1000;
    while (this.processes().length > 0 && Date.now() < deadline) await pause(100);
    return this.processes().map(({ pid, command }) => `${pid} ${command}`);
  }

  remove(): void {
    for (const { pid } of this.processes()) kill(pid);
    rmSync(join(this.directory, ".."), { recursive: true, force: true, maxRetries: 5 });
  }

  #isOurs(pid: string): boolean {
    if (/^\d+ \(.*\) [ZX] /s.test(readProc(pid, "stat"))) return false;
    const where = [readWorkingDirectory(pid), readProc(pid, "cmdline"), readProc(pid, "environ")];
    return where.some((text) => text.includes(this.directory));
  }
}

/** Ctrl-C at a terminal. */
export function interrupt({ process: { pid } }: Run): void {
  if (pid !== undefined) process.kill(-pid, "SIGINT");
}

/** A process that is gone already counts as killed. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It had ended already.
  }
}

async function says(child: ChildProcess, said: () => string, words: RegExp, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!words.test(said())) {
    const over = child.exitCode !== null || child.signalCode !== null;
    if (over || Date.now() > deadline) {
      throw new Error(`${over ? "ended" : `${seconds} s went by`} without ${words}:\n${said()}`);
    }
    await pause(20);
  }
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return ""; // gone, or somebody else's
  }
}

function readWorkingDirectory(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}
