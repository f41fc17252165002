/**
 * A program for people who may not install packages: Debian's own, with what this machine lacks of its libraries,
 * unpacked into a folder. Nothing outside of that folder is written.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { root } from "./bootstrap/checkout.mjs";

/** Behind a closed network a download may hang instead of being refused, in milliseconds. */
const patience = 240_000;

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
 * @param {string} directory holds all of the packages or nothing
 * @param {readonly string[]} packages that are unpacked even where they are installed
 * @param {string} program where they have it
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<string>} path of a launcher
 */
export async function unpackProgram(directory, packages, program, environment) {
  if (existsSync(join(directory, "root", program))) return writeLauncher(directory, program);
  const making = `${directory}.making`;
  await rm(making, { recursive: true, force: true });
  for (const folder of ["state/lists/partial", "cache/archives/partial", "root"]) {
    await mkdir(join(making, folder), { recursive: true });
  }
  const apt = (/** @type {string[]} */ ...words) =>
    run(["apt-get", "-q", ...aptOptions(making), ...words], environment);
  await apt("update");
  await apt("install", "-y", "--download-only", "--reinstall", ...packages);
  const archives = join(making, "cache/archives");
  for (const name of await readdir(archives)) {
    if (name.endsWith(".deb"))
      await run(["dpkg-deb", "-x", join(archives, name), join(making, "root")], environment);
  }
  if (!existsSync(join(making, "root", program))) throw new Error(`Debian's packages have no ${program}`);
  await rm(join(making, "state"), { recursive: true });
  await rm(join(making, "cache"), { recursive: true });
  await rm(directory, { recursive: true, force: true });
  await rename(making, directory);
  return writeLauncher(directory, program);
}

/**
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<string>} what it said to standard output
 * @throws {Error} when it fails, cannot be started or takes too long
 */
export async function run([program = "", ...words], environment) {
  const { stdout } = await promisify(execFile)(program, words, {
    env: { ...environment, DEBIAN_FRONTEND: "noninteractive" },
    cwd: root,
    timeout: patience,
    killSignal: "SIGKILL",
    maxBuffer: 2 ** 26,
  });
  return stdout;
}

/**
 * @param {string} directory
 * @param {string} program
 */
export const launcherIn = (directory, program) => join(directory, basename(program));

/**
 * @param {string} directory
 * @param {string} program
 */
async function writeLauncher(directory, program) {
  const unpacked = join(directory, "root");
  const fonts = join(directory, "fonts.conf");
  await writeFile(
    fonts,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${unpacked}/usr/share/fonts</dir><dir>/usr/share/fonts</dir>
<cachedir>${directory}/font-cache</cachedir></fontconfig>\n`,
  );
  const names = await readdir(unpacked, { recursive: true });
  const libraries = names.filter((name) => /(^|\/)lib\/.*\.so(\.\d+)*$/.test(name));
  const folders = new Set(libraries.map((name) => join(unpacked, dirname(name))));
  const launcher = launcherIn(directory, program);
  await writeFile(
    launcher,
    `#!/bin/sh
export LD_LIBRARY_PATH="${[...folders].join(":")}" FONTCONFIG_FILE="${fonts}"
exec "${join(unpacked, program)}" "$@"\n`,
  );
  await chmod(launcher, 0o755);
  return launcher;
}
