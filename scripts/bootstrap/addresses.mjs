/** Remembers ports and addresses of the last start on a data directory, so that the command line uses the same. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "./disk.mjs";

/** @param {Pick<import("./settings.mjs").Settings, "dataDirectory" | "hub" | "shop" | "bank">} settings */
export function rememberAddresses({ dataDirectory, hub, shop, bank }) {
  writeWhole(join(dataDirectory, "addresses.json"), { hub, shop, bank });
}

/**
 * @param {string} dataDirectory
 * @param {NodeJS.ProcessEnv} environment whatever it says of an app, port or address, is all that counts for that app
 * @returns {NodeJS.ProcessEnv} ports and addresses that it does not give
 */
export function recallAddresses(dataDirectory, environment) {
  /** @type {NodeJS.ProcessEnv} */
  const recalled = {};
  try {
    const last = JSON.parse(readFileSync(join(dataDirectory, "addresses.json"), "utf8"));
    for (const app of ["hub", "shop", "bank"]) {
      const { port, url } = last[app];
      if (!Number.isInteger(port) || !URL.canParse(url)) return {};
      const [portName, urlName] = [`${app.toUpperCase()}_PORT`, `${app.toUpperCase()}_URL`];
      if (environment[portName] || environment[urlName]) continue;
      Object.assign(recalled, { [portName]: String(port), [urlName]: url });
    }
    return recalled;
  } catch {
    return {}; // nothing was started yet, or the file is not whole
  }
}
