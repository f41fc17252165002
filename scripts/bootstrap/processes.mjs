/**
 * Starts programs in groups of their own, and ends them with all that they started. Own code: it starts npm, which
 * brings every library.
 */
import { spawn } from "node:child_process";
import { root } from "./checkout-paths.mjs";
import { Interrupted } from "./plain-error.mjs";
import { familyOf, identify, isAlive } from "./process-identity.mjs";

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null, error?: Error }} Ending */
/**
 * @typedef {object} Program
 * @property {string} name
 * @property {import("./process-identity.mjs").ProcessIdentity} identity
 * @property {import("node:child_process").ChildProcess} child
 * @property {Promise<Ending>} ended never rejects
 * @property {() => boolean} hasEnded
 */

/** A program that was asked to end gets this long, in milliseconds. */
const patience = 10_000;
/** Time for processes that an ended program leaves, such as a database that still writes, in milliseconds. */
const familyPatience = 5_000;
const never = new Promise(() => undefined);

/**
 * A terminal sends Ctrl-C to its whole foreground group. Programs started here lead groups of their own, so that
 * nothing ends before it is asked to, in order.
 *
 * @param {string} name
 * @param {readonly string[]} command
 * @param {import("node:child_process").SpawnOptions} options
 * @returns {Program}
 */
export function startProgram(name, command, options) {
  const [program = "", ...words] = command;
  const child = spawn(program, words, { ...options, detached: true });
  let over = false;
  /** @type {Promise<Ending>} */
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, error }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  void ended.then(() => {
    over = true;
  });
  return { name, identity: identify(child.pid ?? 0), child, ended, hasEnded: () => over };
}

/**
 * Runs a program whose output is ours.
 *
 * @param {readonly string[]} command
 * @param {{ environment: NodeJS.ProcessEnv, interruption: import("./interruption.mjs").Interruption }} options
 * @returns {Promise<number>} exit code
 * @throws {Interrupted} when a signal came meanwhile; the program and all it started are gone then
 */
export async function runToItsEnd(command, { environment, interruption }) {
  const program = startProgram(command[0] ?? "", command, {
    cwd: root,
    env: environment,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ending = await Promise.race([program.ended, interruption.happened]);
  await stopProgram(program, { now: interruption.signal ? interruption.again : interruption.happened });
  if (typeof ending === "string") throw new Interrupted(ending);
  return ending.code ?? 1;
}

/**
 * Asks a program to end, and after a while takes it and its family away.
 *
 * @param {Program} program
 * @param {{ signal?: NodeJS.Signals, patience?: number, now?: Promise<unknown> }} [options] `now` cuts the wait short
 */
export async function stopProgram(
  program,
  { signal = "SIGTERM", patience: wait = patience, now = never } = {},
) {
  const family = familyOf(program.identity.pid);
  if (!program.hasEnded()) {
    send(program.identity, signal);
    await Promise.race([program.ended, now, after(wait)]);
  }
  const left = [program.identity, ...family, ...familyOf(program.identity.pid)];
  if (program.hasEnded()) await Promise.race([gone(left, familyPatience), now]);
  endAll(left);
  await Promise.race([program.ended, after(1_000)]);
}

/**
 * Ends processes that a killed run left behind: asked first, taken away after a while.
 *
 * @param {readonly import("./process-identity.mjs").ProcessIdentity[]} identities
 */
export async function stopLeftovers(identities) {
  const leaders = identities.filter(isAlive);
  const all = leaders.flatMap((identity) => [identity, ...familyOf(identity.pid)]);
  // Only who is recorded is asked: the database belongs to the hub, which stops it in order.
  for (const identity of leaders) send(identity, "SIGTERM");
  await gone(all, patience);
  endAll(all);
}

/**
 * @param {readonly import("./process-identity.mjs").ProcessIdentity[]} identities
 * @param {number} wait milliseconds
 */
async function gone(identities, wait) {
  const deadline = Date.now() + wait;
  while (Date.now() < deadline && identities.some(isAlive)) await after(25);
}

/** @param {readonly import("./process-identity.mjs").ProcessIdentity[]} identities */
function endAll(identities) {
  for (const identity of identities) if (isAlive(identity)) send(identity, "SIGKILL");
}

/**
 * @param {import("./process-identity.mjs").ProcessIdentity} identity
 * @param {NodeJS.Signals} signal
 */
function send(identity, signal) {
  try {
    process.kill(identity.pid, signal);
  } catch {
    // It is gone already.
  }
}

/**
 * @param {number} milliseconds
 * @returns {Promise<void>}
 */
function after(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
