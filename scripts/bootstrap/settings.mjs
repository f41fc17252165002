/**
 * Reads ports, addresses, the mode and the data directory from the environment, before anything long begins. The hub
 * checks its other settings itself (`apps/hub/src/settings/env.ts`).
 */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join, resolve } from "node:path";
import util from "node:util";
import { recallAddresses } from "./addresses.mjs";
import { root } from "./checkout.mjs";
import { codeOf, PlainError } from "./plain-error.mjs";

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv} the same without what an operator set: the settings of `.env.example`, and `NODE_ENV`
 */
export function withoutSettings(environment) {
  const example = readFileSync(join(root, ".env.example"), "utf8");
  const names = new Set([...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name));
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => name !== "NODE_ENV" && !names.has(name)),
  );
}

/** @typedef {{ port: number, url: string }} Place */
/** @typedef {"production" | "demo" | "test"} Mode */
/**
 * @typedef {{
 *   mode: Mode, dev: boolean, hub: Place, shop: Place, bank: Place, bindAddress: string, dataDirectory: string,
 *   environment: NodeJS.ProcessEnv,
 * }} Settings `bindAddress`: the hub listens on it, and judges it; `environment`: with what `.env` adds
 */

/**
 * @param {NodeJS.ProcessEnv} given usually `process.env`; wins over `.env`
 * @param {{ dev: boolean, file?: string, recall?: boolean }} options `recall`: what nobody says of the addresses is
 *   as at the last start
 * @returns {Settings}
 * @throws {PlainError} naming the first invalid setting and the expected value
 */
export function readSettings(given, { dev, file = join(root, ".env"), recall = false }) {
  // Tests ignore `.env`: they must never write their users into the database of a developer's DATABASE_URL.
  const environment = given.HUB_MODE === "test" ? { ...given } : { ...readDotEnv(file), ...given };
  const dataDirectory = resolve(root, environment.DATA_DIR || ".data");
  const places = recall ? { ...environment, ...recallAddresses(dataDirectory, environment) } : environment;
  const [hub, shop, bank] = /** @type {[Place, Place, Place]} */ (
    Object.entries({ HUB: 3000, SHOP: 3001, BANK: 3002 }).map(([name, port]) => place(places, name, port))
  );
  expectDifferent({ HUB_PORT: hub.port, SHOP_PORT: shop.port, BANK_PORT: bank.port });
  const mode = chooseMode(environment, hub.url, dev);
  return { mode, dev, hub, shop, bank, bindAddress: bindAddress(environment), dataDirectory, environment };
}

/** @param {string} file */
function readDotEnv(file) {
  try {
    return util.parseEnv(readFileSync(file, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return {};
    throw new PlainError(`${file} cannot be read. Make it readable, or move it away.`);
  }
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} name
 * @param {number} otherwise
 * @returns {Place}
 */
function place(environment, name, otherwise) {
  const text = environment[`${name}_PORT`] || String(otherwise);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) {
    throw new PlainError(`${name}_PORT should be a whole number from 1 to 65535 (got "${text}").`);
  }
  const url = environment[`${name}_URL`] || `http://${name.toLowerCase()}.localhost:${port}`;
  return { port, url: origin(`${name}_URL`, url) };
}

/**
 * @param {string} name
 * @param {string} text
 */
function origin(name, text) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (!plain) {
    throw new PlainError(
      `${name} should be an origin such as https://login.example.com, without a path (got "${text}").`,
    );
  }
  return url.origin;
}

/** @param {NodeJS.ProcessEnv} environment */
function bindAddress({ BIND_ADDRESS: text }) {
  if (!text || isIP(text) !== 0) return text || "127.0.0.1";
  throw new PlainError(
    `BIND_ADDRESS should be an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 or :: for all of them (got "${text}").`,
  );
}

/** @param {Record<string, number>} ports */
function expectDifferent(ports) {
  const seen = new Map();
  for (const [name, port] of Object.entries(ports)) {
    const other = seen.get(port);
    if (other) throw new PlainError(`${other} and ${name} are both ${port}. Give each a port of its own.`);
    seen.set(port, name);
  }
}

/**
 * Production is the default wherever others can reach the hub, because the password of the demo users is published.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} hubUrl
 * @param {boolean} dev
 * @returns {Mode}
 */
function chooseMode(environment, hubUrl, dev) {
  const asked = environment.HUB_MODE;
  if (asked && asked !== "production" && asked !== "demo" && asked !== "test") {
    throw new PlainError(`HUB_MODE should be one of production, demo, test (got "${asked}").`);
  }
  const operated = (environment.NODE_ENV === "production" && !dev) || !isLoopback(new URL(hubUrl).hostname);
  const mode = asked || (operated ? "production" : "demo");
  if (mode === "production" && !environment.HUB_SECRETS) {
    const operatedBecause =
      environment.NODE_ENV === "production" ? "NODE_ENV=production" : `HUB_URL=${hubUrl}`;
    const why = asked ? "HUB_MODE=production" : operatedBecause;
    throw new PlainError(
      `HUB_SECRETS is missing, and ${why} makes this a production hub. Give one or more secrets of at least 32 ` +
        "characters, newest first, separated by commas (openssl rand -hex 32 makes one).",
    );
  }
  return /** @type {Mode} */ (mode);
}

/** @param {string} hostname */
export function isLoopback(hostname) {
  return /(^|\.)localhost$/.test(hostname) || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
