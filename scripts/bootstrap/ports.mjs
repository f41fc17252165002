/**
 * Refuses a port that cannot be used, and names the process that has it. Own code: it runs before the installation, and no
 * library names the process.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { PlainError } from "./plain-error.mjs";

/**
 * @param {{ variable: string, port: number, host: string | undefined }} wanted
 * @throws {PlainError} naming the port, the variable and, where it can be found, the process
 */
export async function expectFreePort({ variable, port, host }) {
  const code = await tryToListen(port, host);
  if (code === undefined) return;
  if (code === "EACCES") {
    throw new PlainError(`port ${port} is for privileged users only. Set ${variable} to one above 1023.`);
  }
  if (code === "EADDRNOTAVAIL") {
    throw new PlainError(
      `BIND_ADDRESS is ${host}, which this machine does not have. Set it to one of its own, or to 0.0.0.0 or :: for all of them.`,
    );
  }
  if (code !== "EADDRINUSE") throw new PlainError(`port ${port} (${variable}) cannot be used: ${code}.`);
  const holder = processOnPort(port);
  const by = holder ? ` by process ${holder.pid} (${holder.command})` : "";
  throw new PlainError(`port ${port} is taken${by}. Stop that, or set ${variable} to another port.`);
}

/**
 * @param {number} port
 * @param {string | undefined} host
 * @returns {Promise<string | undefined>} why not
 */
function tryToListen(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve("code" in error ? String(error.code) : error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/**
 * @param {number} port
 * @returns {{ pid: number, command: string } | undefined} nothing where /proc does not tell, or not to this user
 */
function processOnPort(port) {
  const sockets = ["tcp", "tcp6"].flatMap((table) => listeningSockets(`/proc/net/${table}`, port));
  if (sockets.length === 0) return undefined;
  const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && holdsOneOf(sockets, name));
  if (pid === undefined) return undefined;
  const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
  return { pid: Number(pid), command: words.slice(0, 60) };
}

/**
 * @param {string} table
 * @param {number} port
 * @returns {string[]} as links in `/proc/<pid>/fd` name them
 * @see https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
function listeningSockets(table, port) {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  try {
    return readFileSync(table, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === "0A" && local?.endsWith(wanted))
      .map((fields) => `socket:[${fields[9]}]`);
  } catch {
    return []; // not Linux
  }
}

/**
 * @param {readonly string[]} sockets
 * @param {string} pid
 */
function holdsOneOf(sockets, pid) {
  const folder = `/proc/${pid}/fd`;
  const isOne = (/** @type {string} */ name) => {
    try {
      return sockets.includes(readlinkSync(`${folder}/${name}`));
    } catch {
      return false; // closed since the folder was read
    }
  };
  try {
    return readdirSync(folder).some(isOne);
  } catch {
    return false; // somebody else's process
  }
}
