/** Starts hub, shop and bank with the settings of each, waits until they are ready, and ends them in order. */
import { closeSync, writeSync } from "node:fs";
import { isIPv6 } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { openAppLog, readAppLog } from "./app-log.mjs";
import { root, script } from "./bootstrap/checkout-paths.mjs";
import { Interrupted, PlainError } from "./bootstrap/plain-error.mjs";
import { startProgram, stopProgram } from "./bootstrap/processes.mjs";

/** An app that has not answered for this long will not, in milliseconds. */
const patience = 90_000;
/** Time for the hub to finish requests and stop its database, in milliseconds. */
const hubPatience = 20_000;
const shownLines = 15;
/**
 * Options of Node and settings of its libraries for a site. Otherwise V8 sizes its heap by the memory of the machine. Compiled
 * code is kept for the next start (docs/decisions/0033).
 */
const siteMemory = {
  options: ["--max-semi-space-size=32"],
  environment: {
    MALLOC_ARENA_MAX: "2",
    NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "gatehouse-sites"),
  },
};
/** Load balancers keep a connection for 60 s: a site that closed it earlier would meet their next request. */
const keepAliveMilliseconds = 75_000;

/**
 * @typedef {object} App
 * @property {import("./bootstrap/processes.mjs").Program} program
 * @property {string} health address that answers 200 when it is ready
 * @property {import("./app-log.mjs").AppLog} log
 * @property {Promise<unknown>} logged when it has ended and its log is whole
 */
/**
 * @typedef {object} AppOptions
 * @property {import("./bootstrap/settings.mjs").Settings} settings
 * @property {NodeJS.ProcessEnv} environment of `childEnvironment`
 * @property {import("./secrets.mjs").Secrets} secrets
 * @property {string} logs folder
 */

/**
 * Starts all three at once: a site asks the hub only when a user comes. In production the hub alone, since shop and bank are
 * sites of the demo.
 *
 * @param {AppOptions} options
 * @returns {App[]} the hub first
 */
export function startApps({ settings, environment, secrets, logs }) {
  const { hub, shop, bank, dev } = settings;
  const shared = {
    ...environment,
    DATA_DIR: settings.dataDirectory,
    HUB_URL: hub.url,
    NODE_ENV: dev ? "development" : "production",
  };
  const hubEnvironment = {
    ...shared,
    ...secrets,
    ...hubSettings(settings),
    ...(dev && { HUB_DEV: "1" }),
  };
  const health = `${hubOrigin(settings)}/readyz`;
  const isProduction = settings.mode === "production";
  const program = start({
    ...{ name: "hub", command: hubCommand(dev), environment: hubEnvironment, health, logs },
    // Operators collect the output of programs; a demo's terminal is for people.
    alsoOnOutput: isProduction,
  });
  if (isProduction) return [program];
  const sites = [
    { name: "shop", place: shop, secret: secrets.SHOP_SITE_SECRET },
    { name: "bank", place: bank, secret: secrets.BANK_SITE_SECRET },
  ].map(({ name, place, secret }) =>
    start({
      name,
      command: siteCommand(place.port, dev),
      environment: {
        ...(!dev && siteMemory.environment),
        ...withoutHubSettings(shared),
        SITE_URL: place.url,
        ...(secret && { SITE_SECRET: secret }),
      },
      health: `http://127.0.0.1:${place.port}/healthz`,
      logs,
      alsoOnOutput: false,
    }),
  );
  return [program, ...sites];
}

/**
 * Origin of the hub for programs on this machine.
 *
 * @param {Pick<import("./bootstrap/settings.mjs").Settings, "bindAddress" | "hub">} settings
 */
export function hubOrigin({ bindAddress, hub: { port } }) {
  const any = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const host = any[/** @type {keyof typeof any} */ (bindAddress)] ?? bindAddress;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/**
 * Paths in settings are relative to the root, and the hub runs in another folder.
 *
 * @param {import("./bootstrap/settings.mjs").Settings} settings
 */
export function hubSettings({ mode, hub, shop, bank, environment: { SITES_DIR, CA_FILE } }) {
  return {
    ...(SITES_DIR && { SITES_DIR: resolve(root, SITES_DIR) }),
    ...(CA_FILE && { CA_FILE: resolve(root, CA_FILE) }),
    HUB_MODE: mode,
    HUB_PORT: String(hub.port),
    // Registrations in production may name them as well, as the operator gave them.
    ...(mode !== "production" && { SHOP_URL: shop.url, BANK_URL: bank.url }),
  };
}

/** @param {boolean} dev */
function hubCommand(dev) {
  const watched = ["apps/hub/src", "packages/cas/src", "packages/database/src", "packages/database/prisma"];
  return dev
    ? ["node", script("restart-on-change.mjs"), "server.ts", ...watched.map((folder) => join(root, folder))]
    : ["node", "server.ts"];
}

/**
 * @param {number} port
 * @param {boolean} dev
 */
function siteCommand(port, dev) {
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  const preload = `--import=${pathToFileURL(script("end-with-parent.mjs")).href}`;
  const address = ["-p", String(port), "-H", "127.0.0.1"];
  if (dev) return ["node", preload, next, "dev", ...address];
  const keepAlive = ["--keepAliveTimeout", String(keepAliveMilliseconds)];
  return ["node", preload, ...siteMemory.options, next, "start", ...address, ...keepAlive];
}

/**
 * Removes the hub's settings and all site secrets; a site then receives only its own secret.
 *
 * @param {NodeJS.ProcessEnv} environment
 */
function withoutHubSettings({ HUB_SECRETS, SHOP_SITE_SECRET, BANK_SITE_SECRET, TEST_DOOR_KEY, ...rest }) {
  const { DATABASE_URL, REDIS_URL, SMTP_URL, ...site } = rest;
  return site;
}

/**
 * @param {{
 *   name: string, command: readonly string[], environment: NodeJS.ProcessEnv, health: string, logs: string,
 *   alsoOnOutput: boolean,
 * }} options `alsoOnOutput`: what it says is shown as well as kept
 * @returns {App}
 */
function start({ name, command, environment, health, logs, alsoOnOutput }) {
  const { output, log } = openAppLog(join(logs, `${name}.log`));
  const stream = alsoOnOutput ? "pipe" : output;
  // The channel tells the program that this process has ended, even by kill -9. As standard input it survives the hub's start
  // with memory limits (`apps/hub/server.mjs`).
  const program = startProgram(name, command, {
    cwd: join(root, "apps", name),
    env: environment,
    stdio: ["ipc", stream, stream],
  });
  if (alsoOnOutput) return { program, health, log, logged: passOn(program, output) };
  closeSync(output);
  return { program, health, log, logged: program.ended };
}

/**
 * @param {import("./bootstrap/processes.mjs").Program} program
 * @param {number} output of the log
 * @returns {Promise<void>} when all output is written
 */
function passOn({ child }, output) {
  for (const [from, to] of /** @type {const} */ ([
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ])) {
    from?.on("data", (/** @type {Buffer} */ chunk) => {
      writeSync(output, chunk);
      to.write(chunk);
    });
  }
  return new Promise((resolve) => {
    child.once("close", () => {
      closeSync(output);
      resolve();
    });
  });
}

/**
 * @param {App} app
 * @param {import("./bootstrap/interruption.mjs").Interruption} interruption
 * @throws {PlainError} with what the app itself says about it, where it does
 */
export async function waitUntilReady({ program, health, log, logged }, interruption) {
  const deadline = Date.now() + patience;
  while (!program.hasEnded() && Date.now() < deadline) {
    if (interruption.signal) throw new Interrupted(interruption.signal);
    if (await answers(health)) return;
    await Promise.race([program.ended, interruption.happened, pause(50)]);
  }
  if (program.hasEnded()) await logged;
  throw new PlainError(...explain(program, log));
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false; // not listening yet
  }
}

/**
 * @param {import("./bootstrap/processes.mjs").Program} program
 * @param {import("./app-log.mjs").AppLog} log
 * @returns {[string, { detail: string }]}
 */
function explain({ name, hasEnded }, log) {
  const lines = stripVTControlCharacters(readAppLog(log)).split("\n").filter(Boolean);
  const own = lines.findLast((line) => line.startsWith("error: "));
  // The app's own sentence for the user; a stack that follows stays in the log.
  if (own) return [own.slice("error: ".length), { detail: "" }];
  const what = hasEnded() ? "ended while it was starting" : `did not answer within ${patience / 1000} s`;
  return [
    `the ${name} ${what}. ${log.path} has its output.`,
    { detail: lines.slice(-shownLines).join("\n") },
  ];
}

/**
 * Ends the sites before the hub, which their last requests may still need.
 *
 * @param {readonly App[]} apps the hub first
 * @param {Promise<unknown>} now cuts the wait short
 */
export async function stopApps([hub, ...sites], now) {
  await Promise.all(sites.map(({ program }) => stopProgram(program, { now })));
  if (hub) await stopProgram(hub.program, { now, patience: hubPatience });
}
