/**
 * A Chromium for people who may not install packages: Debian's own, with what this machine lacks of its libraries,
 * unpacked into a folder. Nothing outside of that folder is written.
 */
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { quietlyRun } from "./quietly-run.mjs";

/** Where Debian's package has the browser itself; `/usr/bin/chromium` only reads settings and calls it. */
const program = "usr/lib/chromium/chromium";

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
 * @param {string} directory is made anew, and holds the finished browser or nothing
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<string>} path of the program
 */
export async function unpackChromium(directory, environment) {
  const making = `${directory}.making`;
  await rm(making, { recursive: true, force: true });
  for (const folder of ["state/lists/partial", "cache/archives/partial", "root"]) {
    await mkdir(join(making, folder), { recursive: true });
  }
  const apt = (/** @type {string[]} */ ...words) =>
    quietlyRun(["apt-get", "-q", ...aptOptions(making), ...words], { environment });
  await apt("update");
  await apt("install", "-y", "--download-only", "chromium", "fonts-liberation");
  const archives = join(making, "cache/archives");
  for (const name of await readdir(archives)) {
    if (!name.endsWith(".deb")) continue;
    await quietlyRun(["dpkg-deb", "-x", join(archives, name), join(making, "root")], { environment });
  }
  if (!existsSync(join(making, "root", program)))
    throw new Error("Debian's archive has no chromium for this machine");
  await rm(join(making, "state"), { recursive: true });
  await rm(join(making, "cache"), { recursive: true });
  await rm(directory, { recursive: true, force: true });
  await rename(making, directory);
  return writeLauncher(directory);
}

/** @param {string} directory */
export function unpackedLauncher(directory) {
  const launcher = join(directory, "chromium");
  return existsSync(launcher) ? launcher : undefined;
}

/** @param {string} directory */
async function writeLauncher(directory) {
  const unpacked = join(directory, "root");
  const fonts = join(directory, "fonts.conf");
  await writeFile(
    fonts,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${unpacked}/usr/share/fonts</dir><dir>/usr/share/fonts</dir>
<cachedir>${directory}/font-cache</cachedir></fontconfig>\n`,
  );
  const launcher = join(directory, "chromium");
  const libraries = (await foldersWithLibraries(unpacked)).join(":");
  await writeFile(
    launcher,
    `#!/bin/sh
export LD_LIBRARY_PATH="${libraries}" FONTCONFIG_FILE="${fonts}"
exec "${join(unpacked, program)}" "$@"\n`,
  );
  await chmod(launcher, 0o755);
  return launcher;
}

/** @param {string} folder */
async function foldersWithLibraries(folder) {
  const names = await readdir(folder, { recursive: true });
  const folders = names
    .filter((name) => /(^|\/)lib\/.*\.so(\.\d+)*$/.test(name))
    .map((name) => join(folder, name, ".."));
  return [...new Set(folders)];
}
