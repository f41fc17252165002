/** A file that says which process does something now. One that a killed process left behind does not count. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { explainFileError } from "./plain-error.mjs";
import { identify, isAlive } from "./process-identity.mjs";

/**
 * @typedef {object} Holder
 * @property {import("./process-identity.mjs").ProcessIdentity} owner
 * @property {import("./process-identity.mjs").ProcessIdentity[]} children what the owner started
 * @property {Record<string, string>} facts for whoever finds the file
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

  /** @returns {boolean} whether it is ours now; of two that try at once, one has it */
  tryToTake() {
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      this.#setAsideIfDead();
      writeFileSync(this.#path, JSON.stringify(this.#holder), { flag: "wx", mode: 0o600 });
      this.#held = true;
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST" && this.#exists())
        return false;
      throw explainFileError(error, dirname(this.#path));
    }
  }

  /** @param {Partial<Pick<Holder, "children" | "facts">>} news */
  update(news) {
    this.#holder = { ...this.#holder, ...news };
    const next = `${this.#path}.${process.pid}`;
    try {
      writeFileSync(next, JSON.stringify(this.#holder), { mode: 0o600 });
      renameSync(next, this.#path);
    } catch (error) {
      throw explainFileError(error, dirname(this.#path));
    }
  }

  /** Without effect while it is somebody else's. */
  release() {
    if (this.#held) rmSync(this.#path, { force: true });
    this.#held = false;
  }

  #setAsideIfDead() {
    const holder = this.read();
    if (holder ? isAlive(holder.owner) : this.#isFresh()) return;
    const aside = `${this.#path}.${process.pid}.dead`;
    try {
      renameSync(this.#path, aside);
    } catch {
      return; // there was none, or another that saw it dead was faster
    }
    const taken = readHolder(aside);
    // Another was faster by so much that this is its own, already: it gets it back.
    if (taken && isAlive(taken.owner)) linkSync(aside, this.#path);
    else this.#replaced = taken;
    rmSync(aside, { force: true });
  }

  #exists() {
    return statSync(this.#path, { throwIfNoEntry: false })?.isFile() ?? false;
  }

  #isFresh() {
    const changed = statSync(this.#path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Date.now() - changed < writingTakes;
  }
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
