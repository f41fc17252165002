/** One app as a process: started, waited for, watched, stopped. */
import { spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { StopError } from "./stop-error.mjs";

/** How long an app may take until it answers, and until it has stopped, in milliseconds. */
const startPatience = 90_000;
const stopPatience = 10_000;
const pause = 100;

/**
 * @typedef {object} AppProcess
 * @property {string} name
 * @property {number} pid
 * @property {Promise<void>} ended resolves when it has ended, whyever
 * @property {() => Promise<void>} stop
 *
 * @param {{ name: string, command: readonly string[], directory: string, environment: NodeJS.ProcessEnv, log: string }} options
 * @returns {AppProcess}
 */
export function startApp({ name, command: [program = "", ...words], directory, environment, log }) {
  const output = openSync(log, "w", 0o600);
  // A group of its own: Ctrl-C reaches us alone, and we stop them in order. The channel tells it when we are gone.
  const child = spawn(program, words, {
    cwd: directory,
    env: environment,
    stdio: ["ignore", output, output, "ipc"],
    detached: true,
  });
  child.on("error", () => undefined);
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  return { name, pid: child.pid ?? 0, ended, stop: () => stop(child, ended) };
}

/**
 * @param {AppProcess} app
 * @param {{ url: string, log: string }} options `url`: answers 200 when the app is ready
 * @throws {StopError} what the app said itself where it said something
 */
export async function waitUntilReady(app, { url, log }) {
  let over = false;
  app.ended.then(() => {
    over = true;
  });
  const deadline = Date.now() + startPatience;
  while (Date.now() < deadline && !over) {
    const status = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  const said = lastWords(log);
  const own = said.find((line) => line.startsWith("error: "));
  if (own) throw new StopError(own.slice("error: ".length));
  const why = over ? "ended while it was starting" : `did not answer within ${startPatience / 1000} s`;
  throw new StopError(
    `the ${app.name} ${why}. Its last words (all of them are in ${log}):\n${said.map((line) => `    ${line}`).join("\n")}`,
  );
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {Promise<void>} ended
 */
async function stop(child, ended) {
  if (!child.pid || child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const late = setTimeout(() => {
    try {
      process.kill(-(/** @type {number} */ (child.pid)), "SIGKILL");
    } catch {
      // ended in this very moment
    }
  }, stopPatience);
  await ended;
  clearTimeout(late);
}

/** @param {string} log */
function lastWords(log) {
  return readFileSync(log, "utf8").split("\n").filter(Boolean).slice(-15);
}
