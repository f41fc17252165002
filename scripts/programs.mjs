/** The programs that tests need and npm does not provide: Chromium, nginx and PgBouncer. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { root } from "./bootstrap/checkout.mjs";
import { PlainError } from "./bootstrap/plain-error.mjs";
import { launcherIn, run, unpackProgram } from "./unpack-program.mjs";

/** Besides the folders of the path: Debian leaves them out of the path of ordinary users. */
const more = ["/usr/sbin", "/usr/local/sbin"];

/**
 * @typedef {object} Wanted
 * @property {string} name
 * @property {string} setting environment variable that names the program and overrides all ways
 * @property {readonly string[]} names of the program on the path
 * @property {readonly string[]} packages of Debian, in a folder named after the first. They are only unpacked, for root
 *   as well: packages of servers start one when they are installed
 * @property {string} program where the packages have it, without a slash in front
 * @property {string} [without] what happens where there is none; absent: the tests fail
 * @property {(environment: NodeJS.ProcessEnv) => Promise<string>} [download] path, where Debian's cannot be had
 * @property {(path: string, environment: NodeJS.ProcessEnv) => Promise<boolean>} works a program can be there and lack a
 *   library
 */

/** Both at once, because they share most of what is to be downloaded. */
const chromiumPackages = ["chromium", "chromium-headless-shell", "chromium-common", "fonts-liberation"];

/** @type {Wanted} */
export const chromium = {
  name: "Chromium",
  setting: "CHROMIUM_PATH",
  names: ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
  packages: chromiumPackages,
  // `/usr/bin/chromium` only reads settings and calls it.
  program: "usr/lib/chromium/chromium",
  download: async (environment) => {
    await run(["playwright", "install", "chromium"], environment);
    const script =
      'import("@playwright/test").then(({ chromium }) => process.stdout.write(chromium.executablePath()))';
    return run(["node", "-e", script], environment);
  },
  works: showsPage,
};

/** Draws pages with two thirds of the processor time, because it has no windows. @type {Wanted} */
export const headlessShell = {
  name: "Chromium's headless shell",
  setting: "HEADLESS_SHELL_PATH",
  names: ["chromium-headless-shell"],
  packages: chromiumPackages,
  program: "usr/lib/chromium/chromium-headless-shell",
  without: "Every journey runs in the whole browser",
  works: showsPage,
};

/** For the journeys over https. Only one with TLS and HTTP/2 counts. @type {Wanted} */
export const nginx = {
  name: "nginx",
  setting: "NGINX_PATH",
  names: ["nginx"],
  packages: ["nginx"],
  program: "usr/sbin/nginx",
  works: async (path, environment) => {
    // It says so to standard error.
    const said = await run(["sh", "-c", '"$0" -V 2>&1', path], environment);
    return said.includes("--with-http_ssl_module") && said.includes("--with-http_v2_module");
  },
};

/** For the hub's tests. @type {Wanted} */
export const pgbouncer = {
  name: "PgBouncer",
  setting: "PGBOUNCER_PATH",
  names: ["pgbouncer"],
  packages: ["pgbouncer"],
  program: "usr/sbin/pgbouncer",
  without: "The tests with PgBouncer are left out",
  works: async (path, environment) => (await run([path, "--version"], environment)).includes("PgBouncer"),
};

/**
 * @param {Wanted} wanted
 * @param {{ report: (text: string) => void, environment: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} path of the one that the setting names, or of the first one found that works
 * @throws {PlainError} if there is no such program and none can be had
 */
export async function findProgram(wanted, { report, environment }) {
  const { name, setting, packages, program, download } = wanted;
  const works = (/** @type {string} */ path) => wanted.works(path, environment).catch(() => false);
  const given = environment[setting];
  if (given) {
    if (await works(given)) return given;
    throw new PlainError(`${setting} names ${given}, but that is not a working ${name}.`);
  }
  const directory = join(root, ".data", packages[0] ?? "");
  const folders = [...(environment.PATH ?? "").split(delimiter), ...more];
  const there = [
    ...folders.flatMap((folder) => wanted.names.map((name) => join(folder, name))),
    launcherIn(directory, program),
  ];
  report("looking for one");
  for (const path of there) if (existsSync(path) && (await works(path))) return path;
  report("unpacking Debian's");
  const unpacked = await unpackProgram(directory, packages, program, environment).catch(() => undefined);
  if (unpacked && (await works(unpacked))) return unpacked;
  report("downloading Playwright's");
  const downloaded = await download?.(environment).catch(() => undefined);
  if (downloaded && (await works(downloaded))) return downloaded;
  throw new PlainError(
    `no ${name} was found and none could be installed. Install one (Debian: apt-get install ${packages[0]}) or set ${setting}.`,
  );
}

/**
 * Accepts a browser only if it can show a page.
 *
 * @param {string} path
 * @param {NodeJS.ProcessEnv} environment
 */
async function showsPage(path, environment) {
  const profile = await mkdtemp(join(tmpdir(), "gatehouse-chromium-"));
  const quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run"];
  const words = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`, "--dump-dom"];
  try {
    const shown = await run(
      [path, ...words, ...quiet, "data:text/html,<title>it starts</title>"],
      environment,
    );
    return shown.includes("it starts");
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
