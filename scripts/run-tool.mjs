/** Runs a program to its end, its output in a file, and says what it said last when it fails. */
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { root } from "./paths.mjs";
import { StopError } from "./stop-error.mjs";

/** Tools under way, for a start that is interrupted. @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/**
 * @param {readonly string[]} command
 * @param {{ environment: NodeJS.ProcessEnv, log: string, failure: string, directory?: string, onLine?: (line: string) => void }} options
 *   `failure`: the sentence for people when it ends with anything but 0
 * @returns {Promise<void>}
 */
export function runTool([program = "", ...words], { environment, log, failure, directory = root, onLine }) {
  return new Promise((resolve, reject) => {
    const file = createWriteStream(log);
    file.on("error", () => undefined); // a full disk shows in the tool's own failure
    // A group of its own: what a tool starts ends with it.
    const child = spawn(program, words, {
      cwd: directory,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    running.add(child);
    /** @type {string[]} */
    let last = [];
    const take = (/** @type {Buffer} */ chunk) => {
      file.write(chunk);
      const lines = chunk
        .toString("utf8")
        .split("\n")
        .filter((line) => line.trim());
      last = [...last, ...lines].slice(-15);
      const line = lines.at(-1);
      if (line) onLine?.(line.trim());
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    const fail = (/** @type {string} */ reason) => {
      const full = last.some((line) => /ENOSPC|No space left/i.test(line))
        ? " The disk is full: make room and start again."
        : "";
      reject(
        new StopError(
          `${failure}${full} (${reason}; all of it is in ${log})\n${last.map((line) => `    ${line}`).join("\n")}`,
        ),
      );
    };
    child.on("error", (error) => fail(error.message));
    child.on("close", (code, signal) => {
      running.delete(child);
      file.end();
      if (code === 0) resolve();
      else fail(signal ? `ended by ${signal}` : `exit code ${code}`);
    });
  });
}

/** Ends whatever is under way. */
export function endTools() {
  for (const child of running) {
    try {
      if (child.pid) process.kill(-child.pid, "SIGTERM");
    } catch {
      // it has ended by itself
    }
  }
}
