/** The secrets of a demo: made once, kept in the data folder, readable by its owner alone. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StopError } from "./stop-error.mjs";

const names = /** @type {const} */ (["HUB_SECRETS", "SHOP_SITE_SECRET", "BANK_SITE_SECRET"]);

/**
 * @param {string} dataDirectory
 * @param {import("./environment.mjs").Environment} environment what is given there is not made
 * @returns {Record<string, string>}
 * @throws {StopError} when the folder cannot be written
 */
export function readSecrets(dataDirectory, environment) {
  const file = join(dataDirectory, "secrets.json");
  const kept = readKept(file);
  const secrets = Object.fromEntries(
    names.map((name) => [name, environment[name] || kept[name] || randomBytes(32).toString("hex")]),
  );
  const made = names.some((name) => !environment[name] && !kept[name]);
  if (made) {
    const keep = Object.fromEntries(
      names.filter((name) => !environment[name]).map((name) => [name, secrets[name]]),
    );
    write(file, `${JSON.stringify({ ...kept, ...keep }, null, 2)}\n`);
  }
  return secrets;
}

/**
 * Makes sure of the data folder.
 *
 * @param {string} dataDirectory
 * @throws {StopError} when it cannot be made or written
 */
export function prepareDataFolder(dataDirectory) {
  try {
    mkdirSync(join(dataDirectory, "logs"), { recursive: true });
    // 64 kB and not one byte: an almost full disk takes a small file and fails later.
    const probe = join(dataDirectory, ".writable");
    writeFileSync(probe, Buffer.alloc(65_536));
    renameSync(probe, join(dataDirectory, ".written"));
  } catch (error) {
    throw notWritable(dataDirectory, error);
  }
}

/** @param {string} file */
function readKept(file) {
  if (!existsSync(file)) return {};
  try {
    const kept = JSON.parse(readFileSync(file, "utf8"));
    return Object.fromEntries(
      names.flatMap((name) =>
        typeof kept[name] === "string" && kept[name].length >= 32 ? [[name, kept[name]]] : [],
      ),
    );
  } catch {
    renameSync(file, `${file}.damaged`); // half written by an older crash; what it sealed has to be made again
    return {};
  }
}

/**
 * @param {string} file
 * @param {string} text
 */
function write(file, text) {
  try {
    writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw notWritable(file, error);
  }
}

/**
 * @param {string} path
 * @param {unknown} error
 */
function notWritable(path, error) {
  const { code } = /** @type {NodeJS.ErrnoException} */ (error);
  if (code === "ENOSPC")
    return new StopError(
      `the disk that holds ${path} is full. Make room, or set DATA_DIR to a folder elsewhere.`,
    );
  return new StopError(
    `${path} cannot be written (${code}). Change its owner, or set DATA_DIR to a folder you may write.`,
  );
}
