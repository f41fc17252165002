/** Remembers ports and addresses of the last start on a data directory, so that the command line uses the same. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explainFileError } from "./plain-error.mjs";

const apps = /** @type {const} */ (["hub", "shop", "bank"]);

/**
 * @param {Pick<import("./settings.mjs").Settings, "dataDirectory" | "hub" | "shop" | "bank">} settings
 */
export function rememberAddresses({ dataDirectory, hub, shop, bank }) {
  const path = fileIn(dataDirectory);
  const next = `${path}.${process.pid}`;
  try {
    writeFileSync(next, `${JSON.stringify({ hub, shop, bank }, null, 2)}\n`);
    renameSync(next, path);
  } catch (error) {
    throw explainFileError(error, path);
  }
}

/**
 * @param {string} dataDirectory
 * @param {NodeJS.ProcessEnv} environment whatever it says of an app, port or address, is all that counts for that app
 * @returns {NodeJS.ProcessEnv} ports and addresses that it does not give
 */
export function recallAddresses(dataDirectory, environment) {
  const last = read(fileIn(dataDirectory));
  return Object.fromEntries(
    apps.flatMap((app) => {
      const [port, url] = [`${app.toUpperCase()}_PORT`, `${app.toUpperCase()}_URL`];
      if (!last || environment[port] || environment[url]) return [];
      return [
        [port, String(last[app].port)],
        [url, last[app].url],
      ];
    }),
  );
}

/** @param {string} dataDirectory */
function fileIn(dataDirectory) {
  return join(dataDirectory, "addresses.json");
}

/**
 * @param {string} path
 * @returns {Record<typeof apps[number], import("./settings.mjs").Place> | undefined} none where it is not whole
 */
function read(path) {
  try {
    const value = JSON.parse(readFileSync(path, "utf8"));
    const isWhole = apps.every((app) => Number.isInteger(value[app].port) && URL.canParse(value[app].url));
    return isWhole ? value : undefined;
  } catch {
    return undefined; // nothing was started yet
  }
}
