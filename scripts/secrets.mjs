/** Secrets of a demo: made at the first start and kept in the data directory, readable by its owner only. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { explainFileError, writeWhole } from "./bootstrap/disk.mjs";
import { codeOf } from "./bootstrap/plain-error.mjs";

const names = /** @type {const} */ (["HUB_SECRETS", "SHOP_SITE_SECRET", "BANK_SITE_SECRET"]);

/** @typedef {Partial<Record<typeof names[number], string>>} Secrets */

/**
 * Secrets for the apps. Production generates none, and ignores those that a demo generated.
 *
 * @param {Pick<import("./bootstrap/settings.mjs").Settings, "mode" | "dataDirectory" | "environment">} settings
 * @returns {Secrets}
 */
export function secretsOf({ mode, dataDirectory, environment }) {
  return mode === "production" ? {} : readOrMakeSecrets(dataDirectory, environment);
}

/**
 * @param {string} dataDirectory
 * @param {NodeJS.ProcessEnv} environment what it gives comes first
 * @returns {Required<Secrets>}
 */
export function readOrMakeSecrets(dataDirectory, environment) {
  const path = join(dataDirectory, "secrets.json");
  const kept = readKept(path);
  const secrets = Object.fromEntries(
    names.map((name) => [name, kept[name] || randomBytes(32).toString("hex")]),
  );
  if (!names.every((name) => kept[name] || environment[name])) writeWhole(path, secrets);
  return /** @type {Required<Secrets>} */ (
    Object.fromEntries(names.map((name) => [name, environment[name] || secrets[name]]))
  );
}

/**
 * A file that a crash cut off or that is otherwise invalid counts as missing: the secrets of a demo can be made
 * anew, and everybody signs in again.
 *
 * @param {string} path
 * @returns {Secrets}
 */
function readKept(path) {
  try {
    const value = JSON.parse(readFileSync(path, "utf8"));
    const usable = names.filter((name) => typeof value?.[name] === "string" && value[name].length >= 32);
    return Object.fromEntries(usable.map((name) => [name, value[name]]));
  } catch (error) {
    const code = codeOf(error);
    if (code !== undefined && code !== "ENOENT") throw explainFileError(error, path);
    return {};
  }
}
