/** A file that says which process does something now. One that a killed process left behind does not count. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
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
  /** @type {Holder} */
  #holder = { owner: identify(process.pid), children: [], facts: {} };

  /** @param {string} path */
  constructor(path) {
    this.#path = path;
  }

  /** @returns {Holder | "being written" | undefined} who holds it, dead or alive */
  read() {
    try {
      return JSON.parse(readFileSync(this.#path, "utf8"));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      return this.#isFresh() ? "being written" : undefined;
    }
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
    writeFileSync(next, JSON.stringify(this.#holder), { mode: 0o600 });
    renameSync(next, this.#path);
  }

  /** Without effect while it is somebody else's. */
  release() {
    if (this.#held) rmSync(this.#path, { force: true });
    this.#held = false;
  }

  /** Whoever sees it dead at the same time renames too, and one of the two finds nothing more. */
  #setAsideIfDead() {
    const holder = this.read();
    if (holder === "being written" || (holder && isAlive(holder.owner))) return;
    const aside = `${this.#path}.${process.pid}.dead`;
    try {
      renameSync(this.#path, aside);
    } catch {
      return;
    }
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
