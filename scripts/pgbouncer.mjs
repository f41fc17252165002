/** Finds or installs the PgBouncer for the hub's tests. */
import { join } from "node:path";
import { root } from "./bootstrap/house.mjs";
import { findOnPath } from "./find-program.mjs";
import { quietlyRun } from "./quietly-run.mjs";
import { unpackedLauncher, unpackProgram } from "./unpacked-program.mjs";

const unpacked = {
  directory: join(root, ".data", "pgbouncer"),
  packages: ["pgbouncer"],
  program: "usr/sbin/pgbouncer",
};

/**
 * Unpacked also for root: Debian's package starts a server when it is installed.
 *
 * @type {import("./find-program.mjs").Wanted}
 */
export const pgbouncer = {
  name: "PgBouncer",
  setting: "PGBOUNCER_PATH",
  advice: "Install one (Debian: apt-get install pgbouncer)",
  ways: [
    // Debian leaves sbin out of the path of ordinary users.
    {
      title: "looking for one",
      find: (environment) => findOnPath(["pgbouncer"], environment, ["/usr/sbin", "/usr/local/sbin"]),
    },
    { title: "looking for one", find: async () => unpackedLauncher(unpacked) },
    { title: "unpacking Debian's PgBouncer", find: (environment) => unpackProgram(unpacked, environment) },
  ],
  starts: async (path, environment) =>
    (await quietlyRun([path, "--version"], { environment }).catch(() => "")).includes("PgBouncer"),
};
