/**
 * A file that names the process which does something now. One that a killed process left behind does not count. Own code:
 * it guards the installation, and libraries wait until a killed process's lock is old.
 *
 * @import { Interruption } from "./interruption.mjs"
 * @import { ProcessIdentity } from "./process-identity.mjs"
 */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { explainFileError, writeWhole } from "./disk.mjs";
import { codeOf, Interrupted } from "./plain-error.mjs";
import { identify, isAlive } from "./process-identity.mjs";
import { stopLeftovers } from "./processes.mjs";

/**
 * @typedef {object} Holder
 * @property {ProcessIdentity} owner
 * @property {ProcessIdentity[]} children what the owner started
 * @property {Record<string, string>} facts for other processes that read the file
 */

/** A file that is still empty after this long was left behind by a kill, in milliseconds. */
const writingTakes = 3_000;

export class Lock {
  #path;
  #held = false;
  /** @type {Holder} */
  #holder = { owner: identify(process.pid), children: [], facts: {} };
  /** @type {Holder | undefined} the dead holder whose place was taken */
  replaced;

  /** @param {string} path */
  constructor(path) {
    this.#path = path;
  }

  /** @returns {Holder | undefined} who holds it, dead or alive; nothing while it is being written */
  read() {
    try {
      const holder = JSON.parse(readFileSync(this.#path, "utf8"));
      return Number.isInteger(holder?.owner?.pid) ? { children: [], facts: {}, ...holder } : undefined;
    } catch {
      return undefined; // none, or cut off by a crash
    }
  }

  /**
   * Waits until it is ours, and ends the programs that a killed holder left at work.
   *
   * @param {Interruption} interruption
   * @param {(holder: Holder | undefined, milliseconds: number) => void} onWait called while another process holds it, with
   *   the time since the first attempt; may throw to give up
   * @throws {Interrupted} when a signal came meanwhile
   */
  async take(interruption, onWait) {
    const begun = performance.now();
    while (!this.tryToTake()) {
      if (interruption.signal) throw new Interrupted(interruption.signal);
      onWait(this.read(), performance.now() - begun);
      await pause(100);
    }
    await stopLeftovers(this.replaced?.children ?? []);
  }

  /** @returns {boolean} whether it is ours now; of several that try at once, one has it */
  tryToTake() {
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      this.#held = create(this.#path, JSON.stringify(this.#holder)) || this.#takeOver();
      return this.#held;
    } catch (error) {
      throw explainFileError(error, dirname(this.#path));
    }
  }

  /** @param {Partial<Pick<Holder, "children" | "facts">>} news */
  update(news) {
    this.#holder = { ...this.#holder, ...news };
    writeWhole(this.#path, this.#holder);
  }

  /** Without effect while it is somebody else's. */
  release() {
    if (this.#held) rmSync(this.#path, { force: true });
    this.#held = false;
  }

  /**
   * Only one process at a time may check and replace: of two that find a dead holder, the slower would otherwise remove the
   * file of the faster one.
   */
  #takeOver() {
    if (!this.#isDead()) return false;
    const turn = `${this.#path}.turn`;
    if (!create(turn, "")) {
      if (isOld(turn)) rmSync(turn, { force: true });
      return false;
    }
    try {
      if (!this.#isDead()) return false;
      this.replaced = this.read();
      writeWhole(this.#path, this.#holder);
      return true;
    } finally {
      rmSync(turn, { force: true });
    }
  }

  #isDead() {
    const holder = this.read();
    return holder ? !isAlive(holder.owner) : isOld(this.#path);
  }
}

/**
 * @param {string} path
 * @param {string} text
 * @returns {boolean} whether there was none before
 */
function create(path, text) {
  try {
    writeFileSync(path, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    const isFile = !statSync(path, { throwIfNoEntry: false })?.isDirectory();
    if (codeOf(error) === "EEXIST" && isFile) return false;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {boolean} whether the process that created the file was killed while writing it
 */
function isOld(path) {
  const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && Date.now() - made > writingTakes;
}
