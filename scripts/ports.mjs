/** Looks whether a port is free, and who has it. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { StopError } from "./stop-error.mjs";

/**
 * @param {import("./environment.mjs").App} app
 * @throws {StopError} naming the port, the setting and, where it can be found, the process
 */
export async function requireFreePort({ name, port, portSetting }) {
  const code = await tryToListen(port);
  if (code === undefined) return;
  if (code === "EACCES")
    throw new StopError(
      `port ${port} for the ${name} may not be used by this user. Set ${portSetting} to one above 1023.`,
    );
  const owner = findOwner(port);
  throw new StopError(
    `port ${port} for the ${name} is taken${owner ? ` by ${owner}` : ""}. Stop what uses it, or set ${portSetting} to another.`,
  );
}

/**
 * @param {number} port
 * @returns {Promise<string | undefined>} the error's code, `undefined` when the port is free
 */
function tryToListen(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(/** @type {NodeJS.ErrnoException} */ (error).code ?? "unknown"));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(undefined)));
  });
}

/**
 * Linux says which socket listens and whose it is; elsewhere nobody is named.
 *
 * @param {number} port
 */
function findOwner(port) {
  try {
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    const sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
      readFileSync(file, "utf8").split("\n"),
    );
    const inode = sockets
      .map((line) => line.trim().split(/\s+/))
      .find((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === "0A")?.[9];
    if (!inode) return undefined;
    for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
      if (hasSocket(pid, inode))
        return `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (process ${pid})`;
    }
  } catch {
    // no /proc, or a process that ended meanwhile
  }
  return undefined;
}

/**
 * @param {string} pid
 * @param {string} inode
 */
function hasSocket(pid, inode) {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(
      (fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`,
    );
  } catch {
    return false; // somebody else's process
  }
}
