/**
 * Starts hub, shop and bank with the settings of each, waits until they are ready, and ends them in order.
 *
 * @import { AppLog } from "./app-log.mjs"
 * @import { Interruption } from "./bootstrap/interruption.mjs"
 * @import { Program } from "./bootstrap/processes.mjs"
 * @import { Settings } from "./bootstrap/settings.mjs"
 * @import { Secrets } from "./secrets.mjs"
 */
import { closeSync, writeSync } from "node:fs";
import { isIPv6 } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { openAppLog, readAppLog } from "./app-log.mjs";
import { root, script } from "./bootstrap/checkout.mjs";
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
 * @property {string} name
 * @property {Program} program
 * @property {string} health address that answers 200 when it is ready
 * @property {AppLog} log
 * @property {Promise<unknown>} logged when it has ended and its log is whole
 */

/**
 * Starts all three at once: a site asks the hub only when a user comes. In production the hub alone, since shop and bank are
 * sites of the demo.
 *
 * @param {{ settings: Settings, environment: NodeJS.ProcessEnv, secrets: Secrets, logs: string }} options `environment`:
 *   of `childEnvironment`; `logs`: a folder
 * @returns {App[]} the hub first
 */
export function startApps({ settings, environment, secrets, logs }) {
  const { hub, shop, bank, dev, mode, dataDirectory } = settings;
  const isProduction = mode === "production";
  const shared = {
    ...environment,
    DATA_DIR: dataDirectory,
    HUB_URL: hub.url,
    NODE_ENV: dev ? "development" : "production",
  };
  const watched = ["apps/hub/src", "packages/cas/src", "packages/database/src", "packages/database/prisma"];
  const reloading = [
    script("restart-on-change.mjs"),
    "server.ts",
    ...watched.map((path) => join(root, path)),
  ];
  const hubApp = start({
    name: "hub",
    words: dev ? reloading : ["server.ts"],
    environment: { ...shared, ...secrets, ...hubSettings(settings), ...(dev && { HUB_DEV: "1" }) },
    health: `${hubOrigin(settings)}/readyz`,
    logs,
    // Operators collect the output of programs; a demo's terminal is for people.
    alsoOnOutput: isProduction,
  });
  if (isProduction) return [hubApp];
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  const sites = [
    { name: "shop", port: shop.port, url: shop.url, secret: secrets.SHOP_SITE_SECRET },
    { name: "bank", port: bank.port, url: bank.url, secret: secrets.BANK_SITE_SECRET },
  ].map(({ name, port, url, secret }) =>
    start({
      name,
      words: [
        `--import=${pathToFileURL(script("end-with-parent.mjs")).href}`,
        ...(dev ? [next, "dev"] : [...siteMemory.options, next, "start"]),
        ...["-p", String(port), "-H", "127.0.0.1"],
        ...(dev ? [] : ["--keepAliveTimeout", String(keepAliveMilliseconds)]),
      ],
      environment: {
        ...(!dev && siteMemory.environment),
        ...withoutHubSettings(shared),
        SITE_URL: url,
        ...(secret && { SITE_SECRET: secret }),
      },
      health: `http://127.0.0.1:${port}/healthz`,
      logs,
      alsoOnOutput: false,
    }),
  );
  return [hubApp, ...sites];
}

/**
 * Origin of the hub for programs on this machine.
 *
 * @param {Pick<Settings, "bindAddress" | "hub">} settings
 */
export function hubOrigin({ bindAddress, hub: { port } }) {
  const any = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const host = any[/** @type {keyof typeof any} */ (bindAddress)] ?? bindAddress;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/**
 * Paths in settings are relative to the root, and the hub runs in another folder.
 *
 * @param {Settings} settings
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
 *   name: string, words: readonly string[], environment: NodeJS.ProcessEnv, health: string, logs: string,
 *   alsoOnOutput: boolean,
 * }} options `words`: for Node; `alsoOnOutput`: what it says is shown as well as kept
 * @returns {App}
 */
function start({ name, words, environment, health, logs, alsoOnOutput }) {
  const { output, log } = openAppLog(join(logs, `${name}.log`));
  const stream = alsoOnOutput ? "pipe" : output;
  const program = startProgram(["node", ...words], {
    cwd: join(root, "apps", name),
    env: environment,
    // The channel tells the program that this process has ended, even by kill -9. As standard input it survives the hub's start
    // with memory limits (`apps/hub/server.mjs`).
    stdio: ["ipc", stream, stream],
  });
  const { child, ended } = program;
  if (!alsoOnOutput) {
    closeSync(output);
    return { name, program, health, log, logged: ended };
  }
  const keep = (/** @type {NodeJS.WriteStream} */ to) => (/** @type {Buffer} */ chunk) => {
    writeSync(output, chunk);
    to.write(chunk);
  };
  child.stdout?.on("data", keep(process.stdout));
  child.stderr?.on("data", keep(process.stderr));
  const logged = new Promise((done) => child.once("close", done)).then(() => closeSync(output));
  return { name, program, health, log, logged };
}

/**
 * @param {App} app
 * @param {Interruption} interruption
 * @throws {PlainError} with what the app itself says about it, where it does
 */
export async function waitUntilReady(app, interruption) {
  const { program, health, logged } = app;
  const deadline = Date.now() + patience;
  while (!program.hasEnded() && Date.now() < deadline) {
    if (interruption.signal) throw new Interrupted(interruption.signal);
    const answer = await fetch(health, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (answer?.ok) return;
    await Promise.race([program.ended, interruption.happened, pause(50)]);
  }
  if (program.hasEnded()) await logged;
  throw explain(app);
}

/** @param {App} app that is not ready */
function explain({ name, program, log }) {
  const lines = stripVTControlCharacters(readAppLog(log)).split("\n").filter(Boolean);
  const own = lines.findLast((line) => line.startsWith("error: "));
  // The app's own sentence for the user; a stack that follows stays in the log.
  if (own) return new PlainError(own.slice("error: ".length));
  const what = program.hasEnded()
    ? "ended while it was starting"
    : `did not answer within ${patience / 1000} s`;
  const detail = lines.slice(-shownLines).join("\n");
  return new PlainError(`the ${name} ${what}. ${log.path} has its output.`, { detail });
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
