/**
 * Starts programs in groups of their own, and ends them with all that they started. Own code: it starts npm, which
 * brings every library.
 *
 * @import { ChildProcess, SpawnOptions } from "node:child_process"
 * @import { Interruption } from "./interruption.mjs"
 * @import { ProcessIdentity } from "./process-identity.mjs"
 */
import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { root } from "./checkout.mjs";
import { Interrupted } from "./plain-error.mjs";
import { familyOf, identify, isAlive } from "./process-identity.mjs";

/** @typedef {{ code: number | null, error?: Error }} Ending */
/**
 * @typedef {object} Program
 * @property {ProcessIdentity} identity
 * @property {ChildProcess} child
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
 * @param {readonly string[]} command
 * @param {SpawnOptions} options
 * @returns {Program}
 */
export function startProgram([program = "", ...words], options) {
  const child = spawn(program, words, { ...options, detached: true });
  /** @type {Promise<Ending>} */
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, error }));
    child.once("exit", (code) => resolve({ code }));
  });
  const hasEnded = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  return { identity: identify(child.pid ?? 0), child, ended, hasEnded };
}

/**
 * @param {Program} program
 * @param {Interruption} interruption
 * @returns {Promise<Ending>}
 * @throws {Interrupted} when a signal came meanwhile; the program and all it started are gone then
 */
export async function waitForEnd(program, interruption) {
  const ending = await Promise.race([program.ended, interruption.happened]);
  if (typeof ending !== "string") return ending;
  await stopProgram(program, { now: interruption.again });
  throw new Interrupted(ending);
}

/**
 * Runs a program whose output is ours, and ends what it leaves behind.
 *
 * @param {readonly string[]} command
 * @param {{ environment: NodeJS.ProcessEnv, interruption: Interruption }} options
 * @returns {Promise<number>} exit code
 * @throws {Interrupted}
 */
export async function runToItsEnd(command, { environment, interruption }) {
  const program = startProgram(command, {
    cwd: root,
    env: environment,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const { code } = await waitForEnd(program, interruption);
  await stopProgram(program, { now: interruption.happened });
  return code ?? 1;
}

/**
 * Asks a program to end, and after a while takes it and its family away.
 *
 * @param {Program} program
 * @param {{ signal?: NodeJS.Signals, patience?: number, now?: Promise<unknown> }} [options] `now` cuts the wait short
 */
export async function stopProgram(
  { identity, ended, hasEnded },
  { signal = "SIGTERM", patience: wait = patience, now = never } = {},
) {
  const family = familyOf(identity.pid);
  if (!hasEnded()) {
    send(identity, signal);
    await Promise.race([ended, now, pause(wait)]);
  }
  const left = [identity, ...family, ...familyOf(identity.pid)];
  if (hasEnded()) await Promise.race([gone(left, familyPatience), now]);
  endAll(left);
  await Promise.race([ended, pause(1_000)]);
}

/**
 * Ends processes that a killed run left behind: asked first, taken away after a while.
 *
 * @param {readonly ProcessIdentity[]} identities
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
 * @param {readonly ProcessIdentity[]} identities
 * @param {number} wait milliseconds
 */
async function gone(identities, wait) {
  const deadline = Date.now() + wait;
  while (Date.now() < deadline && identities.some(isAlive)) await pause(25);
}

/** @param {readonly ProcessIdentity[]} identities */
function endAll(identities) {
  for (const identity of identities) if (isAlive(identity)) send(identity, "SIGKILL");
}

/**
 * @param {ProcessIdentity} identity
 * @param {NodeJS.Signals} signal
 */
function send({ pid }, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already.
  }
}
