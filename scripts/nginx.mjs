/** Finds or installs the nginx for the journeys over https. */
import { join } from "node:path";
import { root } from "./bootstrap/house.mjs";
import { findOnPath } from "./find-program.mjs";
import { quietlyRun } from "./quietly-run.mjs";
import { unpackedLauncher, unpackProgram } from "./unpacked-program.mjs";

const unpacked = {
  directory: join(root, ".data", "nginx"),
  packages: ["nginx"],
  program: "usr/sbin/nginx",
};

/**
 * Unpacked also for root: Debian's package starts a server on port 80 when it is installed.
 *
 * @type {import("./find-program.mjs").Wanted}
 */
export const nginx = {
  name: "nginx",
  setting: "NGINX_PATH",
  advice: "Install one (Debian: apt-get install nginx)",
  ways: [
    // Debian leaves sbin out of the path of ordinary users.
    {
      title: "looking for one",
      find: (environment) => findOnPath(["nginx"], environment, ["/usr/sbin", "/usr/local/sbin"]),
    },
    { title: "looking for one", find: async () => unpackedLauncher(unpacked) },
    { title: "unpacking Debian's nginx", find: (environment) => unpackProgram(unpacked, environment) },
  ],
  starts,
};

/**
 * Only one with TLS and HTTP/2 counts.
 *
 * @param {string} path
 * @param {NodeJS.ProcessEnv} environment
 */
async function starts(path, environment) {
  // It says so to standard error.
  const said = await quietlyRun(["sh", "-c", '"$0" -V 2>&1', path], { environment }).catch(() => "");
  return said.includes("--with-http_ssl_module") && said.includes("--with-http_v2_module");
}
