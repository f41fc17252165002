/** The environment: `.env`, what the operator gives, and what is made of both for the processes we start. */
import { readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { programs, resolver, root } from "./paths.mjs";
import { StopError } from "./stop-error.mjs";

/** @typedef {Record<string, string | undefined>} Environment */

/**
 * @param {string} text content of a `.env` file
 * @returns {Record<string, string>}
 */
export function parseEnvironmentFile(text) {
  const entries = text.split(/\r?\n/).flatMap((line) => {
    const match = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined || line.trimStart().startsWith("#")) return [];
    return [[match[1], match[2].replace(/^(["'])(.*)\1$/, "$2")]];
  });
  return Object.fromEntries(entries);
}

/**
 * What the operator wants: `.env` at the root, and what the process was given, which wins.
 *
 * @returns {Environment}
 */
export function readEnvironment() {
  try {
    return { ...parseEnvironmentFile(readFileSync(join(root, ".env"), "utf8")), ...process.env };
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return { ...process.env };
    throw new StopError(
      `.env cannot be read (${/** @type {Error} */ (error).message}). Make it readable or remove it.`,
    );
  }
}

/**
 * For everything we start: Node 24 of `node_modules` first on the path, `*.localhost` resolved, nothing phones home.
 *
 * @param {Environment} environment
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment(environment) {
  const preload = `--import=${pathToFileURL(resolver).href}`;
  const options = environment.NODE_OPTIONS ?? "";
  return {
    ...environment,
    PATH: `${programs}${delimiter}${environment.PATH ?? ""}`,
    NODE_OPTIONS: options.includes(preload) ? options : `${options} ${preload}`.trim(),
    NEXT_TELEMETRY_DISABLED: "1",
    TURBO_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
    CHECKPOINT_DISABLE: "1",
  };
}

const apps = /** @type {const} */ ([
  ["HUB", "hub", 3000],
  ["SHOP", "shop", 3001],
  ["BANK", "bank", 3002],
]);

/**
 * @typedef {object} Plan where the three apps are to be, and how
 * @property {string} dataDirectory
 * @property {"production" | "demo" | "test"} mode
 * @property {{ hub: App, shop: App, bank: App }} apps
 * @typedef {{ name: string, port: number, url: string, portSetting: string }} App
 */

/**
 * @param {Environment} environment
 * @returns {Plan}
 * @throws {StopError} naming the setting that cannot be used and what it should be
 */
export function plan(environment) {
  const entries = apps.map(([prefix, name, otherwise]) => {
    const portSetting = `${prefix}_PORT`;
    const port = readPort(portSetting, environment[portSetting] || String(otherwise));
    const url = readOrigin(
      `${prefix}_URL`,
      environment[`${prefix}_URL`] || `http://${name}.localhost:${port}`,
    );
    return { name, port, url, portSetting };
  });
  const [hub, shop, bank] = /** @type {[App, App, App]} */ (entries);
  for (const app of entries) {
    const twin = entries.find((other) => other !== app && other.port === app.port);
    if (twin)
      throw new StopError(
        `${app.portSetting} and ${twin.portSetting} are both ${app.port}. Give each its own port.`,
      );
  }
  const production =
    environment.NODE_ENV === "production" || environment.HUB_MODE === "production" || !isLoopback(hub.url);
  if (production && !environment.HUB_SECRETS) {
    throw new StopError(
      "HUB_SECRETS is missing. In production give one or more secrets of at least 32 characters, newest first, separated by commas.",
    );
  }
  const mode = production ? "production" : environment.HUB_MODE === "test" ? "test" : "demo";
  return { dataDirectory: resolve(root, environment.DATA_DIR || ".data"), mode, apps: { hub, shop, bank } };
}

/**
 * @param {string} name
 * @param {string} text
 */
function readPort(name, text) {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535)
    throw new StopError(`${name} should be a port from 1 to 65535 (got "${text}").`);
  return port;
}

/**
 * @param {string} name
 * @param {string} text
 */
function readOrigin(name, text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    url = undefined;
  }
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
    throw new StopError(
      `${name} should be an origin such as https://login.example.com, without a path (got "${text}").`,
    );
  }
  return url.origin;
}

/** @param {string} url */
function isLoopback(url) {
  const { hostname } = new URL(url);
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\./.test(hostname)
  );
}
