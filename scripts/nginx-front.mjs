/** nginx between browsers and apps in the journeys over https, with certificates of this run alone. */
import { readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { script } from "./bootstrap/checkout-paths.mjs";
import { PlainError } from "./bootstrap/plain-error.mjs";
import { startProgram, stopProgram } from "./bootstrap/processes.mjs";
import { makeAuthority } from "./certificates.mjs";
import { nginxSettings } from "./nginx-settings.mjs";

/** Three registrable domains, below a name that the public DNS never has. @see RFC 6761, section 6.2 */
const domains = { hub: "gatehouse.test", shop: "corner-shop.test", bank: "harbour-bank.test" };
const names = { hub: `login.${domains.hub}`, shop: `www.${domains.shop}`, bank: `www.${domains.bank}` };
/** In milliseconds. */
const patience = 15_000;

/** @typedef {"hub" | "shop" | "bank"} AppName */
/**
 * @typedef {object} Front
 * @property {Record<AppName, string>} origins
 * @property {string} authorityFile PEM file of the certificate authority
 * @property {Record<string, string>} environment for programs that call them
 * @property {() => Promise<void>} stop
 */

/**
 * @param {{
 *   nginx: string, directory: string, port: number, redirectPort: number, upstreams: Record<AppName, number>,
 *   environment: NodeJS.ProcessEnv,
 * }} options `nginx`: the program; `directory`: is made anew; `upstreams`: ports of the apps
 * @returns {Promise<Front>}
 * @throws {PlainError} with nginx's own message if it does not start
 */
export async function startFront({ nginx, directory, port, redirectPort, upstreams, environment }) {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const authority = await makeAuthority();
  const authorityFile = join(directory, "authority.pem");
  await writeFile(authorityFile, authority.certificate);
  const apps = /** @type {AppName[]} */ (Object.keys(domains));
  const places = apps.map(async (app) => {
    const certificate = await keep(authority.issue(domains[app]), join(directory, domains[app]));
    return { app, certificate };
  });
  const made = await Promise.all(places);
  const settings = nginxSettings({
    directory,
    port,
    redirectPort,
    places: made.map(({ app, certificate }) => ({
      kind: app === "hub" ? "hub" : "site",
      name: names[app],
      upstream: `127.0.0.1:${upstreams[app]}`,
      ...certificate,
    })),
    domains: made.map(({ app, certificate }) => ({ domain: domains[app], ...certificate })),
  });
  const settingsFile = join(directory, "nginx.conf");
  await writeFile(settingsFile, settings);
  const program = startProgram("nginx", [process.execPath, script("run-nginx.mjs"), nginx, settingsFile], {
    env: environment,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  await waitUntilListening(program, port, join(directory, "error.log"));
  return {
    origins: /** @type {Record<AppName, string>} */ (
      Object.fromEntries(apps.map((app) => [app, `https://${names[app]}:${port}`]))
    ),
    authorityFile,
    environment: {
      NODE_EXTRA_CA_CERTS: authorityFile,
      LOOPBACK_DOMAINS: Object.values(domains).join(","),
      TRUSTED_KEYS: authority.fingerprint,
      HTTPS_PORT: String(port),
    },
    stop: () => stopProgram(program),
  };
}

/**
 * @param {{ chain: string, key: string }} certificate PEM
 * @param {string} path without an ending
 * @returns {Promise<import("./nginx-settings.mjs").Certificate>}
 */
async function keep({ chain, key }, path) {
  const files = { chain: `${path}.chain.pem`, key: `${path}.key.pem` };
  await writeFile(files.chain, chain);
  await writeFile(files.key, key, { mode: 0o600 });
  return files;
}

/**
 * @param {import("./bootstrap/processes.mjs").Program} program
 * @param {number} port
 * @param {string} log
 */
async function waitUntilListening(program, port, log) {
  const deadline = Date.now() + patience;
  while (!program.hasEnded() && Date.now() < deadline) {
    if (await listens(port)) return;
    await Promise.race([program.ended, pause(20)]);
  }
  await stopProgram(program);
  throw new PlainError("nginx did not start.", { detail: readFileSync(log, "utf8") });
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
