/**
 * A file that names the process which does something now. One that a killed process left behind does not count. Own code:
 * it guards the installation, and libraries wait until a killed process's lock is old.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { explainFileError } from "./plain-error.mjs";
import { identify, isAlive } from "./process-identity.mjs";

/**
 * @typedef {object} Holder
 * @property {import("./process-identity.mjs").ProcessIdentity} owner
 * @property {import("./process-identity.mjs").ProcessIdentity[]} children what the owner started
 * @property {Record<string, string>} facts for other processes that read the file
 */

/** A file that is still empty after this long was left behind by a kill, in milliseconds. */
const writingTakes = 3_000;

export class Lock {
  #path;
  #held = false;
  /** @type {Holder | undefined} */
  #replaced;
  /** @type {Holder} */
  #holder = { owner: identify(process.pid), children: [], facts: {} };

  /** @param {string} path */
  constructor(path) {
    this.#path = path;
  }

  /** @returns {Holder | undefined} who holds it, dead or alive; nothing while it is being written */
  read() {
    return readHolder(this.#path);
  }

  /** @returns {Holder | undefined} the dead holder whose place was taken */
  get replaced() {
    return this.#replaced;
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
    try {
      this.#replace();
    } catch (error) {
      throw explainFileError(error, dirname(this.#path));
    }
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
      this.#replaced = this.read();
      this.#replace();
      return true;
    } finally {
      rmSync(turn, { force: true });
    }
  }

  #isDead() {
    const holder = this.read();
    return holder ? !isAlive(holder.owner) : isOld(this.#path);
  }

  #replace() {
    const next = `${this.#path}.${process.pid}`;
    writeFileSync(next, JSON.stringify(this.#holder), { mode: 0o600 });
    renameSync(next, this.#path);
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
    const wasThere = error instanceof Error && "code" in error && error.code === "EEXIST";
    if (wasThere && !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return false;
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

/**
 * @param {string} path
 * @returns {Holder | undefined}
 */
function readHolder(path) {
  try {
    const holder = JSON.parse(readFileSync(path, "utf8"));
    return Number.isInteger(holder?.owner?.pid) ? { children: [], facts: {}, ...holder } : undefined;
  } catch {
    return undefined; // none, or cut off by a crash
  }
}
