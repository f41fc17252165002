/** The programs that tests need and npm does not provide: Chromium, nginx and PgBouncer. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./bootstrap/checkout-paths.mjs";
import { findOnPath, quietlyRun } from "./find-program.mjs";
import { unpackedLauncher, unpackProgram } from "./unpacked-program.mjs";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
/** Behind a closed network Playwright's download may hang instead of being refused, in milliseconds. */
const downloadPatience = 240_000;
const unpackedChromium = {
  directory: join(root, ".data", "chromium"),
  packages: ["chromium", "fonts-liberation"],
  // `/usr/bin/chromium` only reads settings and calls it.
  program: "usr/lib/chromium/chromium",
  fonts: true,
};

/** @type {import("./find-program.mjs").Wanted} */
export const chromium = {
  name: "Chromium",
  setting: "CHROMIUM_PATH",
  advice: "Install one (Debian: apt-get install chromium)",
  ways: [
    { title: "looking for one", find: onPath },
    { title: "looking for one", find: async () => unpackedLauncher(unpackedChromium) },
    { title: "installing Debian's chromium", find: installed },
    { title: "downloading Playwright's Chromium", find: downloaded },
    {
      title: "unpacking Debian's chromium",
      find: (environment) => unpackProgram(unpackedChromium, environment),
    },
  ],
  starts: showsPage,
};

/** @param {NodeJS.ProcessEnv} environment */
function onPath(environment) {
  return findOnPath(names, environment);
}

/** @param {NodeJS.ProcessEnv} environment */
async function installed(environment) {
  if (process.getuid?.() !== 0) return undefined;
  const env = { ...environment, DEBIAN_FRONTEND: "noninteractive" };
  await quietlyRun(["apt-get", "update", "-q"], { environment: env });
  await quietlyRun(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"], {
    environment: env,
  });
  return onPath(environment);
}

/** @param {NodeJS.ProcessEnv} environment */
async function downloaded(environment) {
  await quietlyRun(["playwright", "install", "chromium"], { environment, patience: downloadPatience });
  const script =
    'import("@playwright/test").then(({ chromium }) => process.stdout.write(chromium.executablePath()))';
  return quietlyRun(["node", "-e", script], { environment, directory: root });
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
  const page = "data:text/html,<title>it starts</title>";
  const words = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`, "--dump-dom"];
  try {
    const shown = await quietlyRun([path, ...words, ...quiet, page], { environment, patience: 60_000 });
    return shown.includes("it starts");
  } catch {
    return false;
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Debian's packages of servers start one when they are installed, so that for root as well they are only unpacked.
 *
 * @param {{ name: string, setting: string, program: string }} server `program`: name in `/usr/sbin` and of the package
 * @param {import("./find-program.mjs").Wanted["starts"]} starts
 * @returns {import("./find-program.mjs").Wanted}
 */
function server({ name, setting, program }, starts) {
  const unpacked = {
    directory: join(root, ".data", program),
    packages: [program],
    program: `usr/sbin/${program}`,
  };
  // Debian leaves sbin out of the path of ordinary users.
  const sbin = ["/usr/sbin", "/usr/local/sbin"];
  return {
    name,
    setting,
    advice: `Install one (Debian: apt-get install ${program})`,
    ways: [
      { title: "looking for one", find: (environment) => findOnPath([program], environment, sbin) },
      { title: "looking for one", find: async () => unpackedLauncher(unpacked) },
      { title: `unpacking Debian's ${name}`, find: (environment) => unpackProgram(unpacked, environment) },
    ],
    starts,
  };
}

/** For the journeys over https. Only one with TLS and HTTP/2 counts. */
export const nginx = server(
  { name: "nginx", setting: "NGINX_PATH", program: "nginx" },
  async (path, environment) => {
    // It says so to standard error.
    const said = await quietlyRun(["sh", "-c", '"$0" -V 2>&1', path], { environment }).catch(() => "");
    return said.includes("--with-http_ssl_module") && said.includes("--with-http_v2_module");
  },
);

/** For the hub's tests. */
export const pgbouncer = server(
  { name: "PgBouncer", setting: "PGBOUNCER_PATH", program: "pgbouncer" },
  async (path, environment) =>
    (await quietlyRun([path, "--version"], { environment }).catch(() => "")).includes("PgBouncer"),
);
