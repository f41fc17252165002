/**
 * A program for people who may not install packages: Debian's own, with what this machine lacks of its libraries,
 * unpacked into a folder. Nothing outside of that folder is written.
 */
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { quietlyRun } from "./find-program.mjs";

/**
 * @typedef {object} Unpacked
 * @property {string} directory where it is or will be
 * @property {readonly string[]} packages Debian's
 * @property {string} program where the first package has it, without a slash in front
 * @property {boolean} [fonts] it draws text: the unpacked fonts are found too
 */

/** @see https://manpages.debian.org/bookworm/apt/apt.conf.5.en.html */
const aptOptions = (/** @type {string} */ directory) =>
  [
    `Dir::State=${directory}/state`,
    "Dir::State::status=/var/lib/dpkg/status",
    `Dir::Cache=${directory}/cache`,
    // Both are for those who share apt's own folders; these are ours.
    "Debug::NoLocking=1",
    "APT::Sandbox::User=",
    "APT::Install-Recommends=0",
  ].flatMap((option) => ["-o", option]);

/**
 * @param {Unpacked} wanted its directory is made anew, and holds the finished program or nothing
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<string>} path of a launcher
 */
export async function unpackProgram(wanted, environment) {
  const making = `${wanted.directory}.making`;
  await rm(making, { recursive: true, force: true });
  for (const folder of ["state/lists/partial", "cache/archives/partial", "root"]) {
    await mkdir(join(making, folder), { recursive: true });
  }
  const apt = (/** @type {string[]} */ ...words) =>
    quietlyRun(["apt-get", "-q", ...aptOptions(making), ...words], { environment });
  await apt("update");
  await apt("install", "-y", "--download-only", ...wanted.packages);
  const archives = join(making, "cache/archives");
  for (const name of await readdir(archives)) {
    if (!name.endsWith(".deb")) continue;
    await quietlyRun(["dpkg-deb", "-x", join(archives, name), join(making, "root")], { environment });
  }
  if (!existsSync(join(making, "root", wanted.program)))
    throw new Error(`Debian's archive has no ${wanted.packages[0]} for this machine`);
  await rm(join(making, "state"), { recursive: true });
  await rm(join(making, "cache"), { recursive: true });
  await rm(wanted.directory, { recursive: true, force: true });
  await rename(making, wanted.directory);
  return writeLauncher(wanted);
}

/** @param {Unpacked} wanted */
export function unpackedLauncher(wanted) {
  const launcher = launcherOf(wanted);
  return existsSync(launcher) ? launcher : undefined;
}

/** @param {Unpacked} wanted */
function launcherOf({ directory, packages: [name = ""] }) {
  return join(directory, name);
}

/** @param {Unpacked} wanted */
async function writeLauncher(wanted) {
  const unpacked = join(wanted.directory, "root");
  const launcher = launcherOf(wanted);
  const libraries = (await foldersWithLibraries(unpacked)).join(":");
  const fonts = wanted.fonts ? ` FONTCONFIG_FILE="${await writeFontSettings(wanted.directory)}"` : "";
  await writeFile(
    launcher,
    `#!/bin/sh
export LD_LIBRARY_PATH="${libraries}"${fonts}
exec "${join(unpacked, wanted.program)}" "$@"\n`,
  );
  await chmod(launcher, 0o755);
  return launcher;
}

/** @param {string} directory */
async function writeFontSettings(directory) {
  const path = join(directory, "fonts.conf");
  await writeFile(
    path,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${directory}/root/usr/share/fonts</dir><dir>/usr/share/fonts</dir>
<cachedir>${directory}/font-cache</cachedir></fontconfig>\n`,
  );
  return path;
}

/** @param {string} folder */
async function foldersWithLibraries(folder) {
  const names = await readdir(folder, { recursive: true });
  const folders = names
    .filter((name) => /(^|\/)lib\/.*\.so(\.\d+)*$/.test(name))
    .map((name) => join(folder, name, ".."));
  return [...new Set(folders)];
}
