/**
 * Pins servers and load generator to a core each. Without that a server of one thread takes the second core for its
 * database or for hashes, and its own CPU time goes unnoticed.
 */
import { execFileSync } from "node:child_process";

interface Cores {
  /** For the servers and the processes that they start. */
  readonly server: string;
  /** For this process, which generates the load. */
  readonly load: string;
  /** All that this process may use, as a list for `taskset`. */
  readonly all: string;
}

/** `undefined`: there is no `taskset`, or only one core. */
const cores = findCores();

export const pinning =
  cores === undefined
    ? "not pinned: taskset is missing, or there is one core"
    : `servers with their database on core ${cores.server}, load generator on core ${cores.load}`;

/**
 * Pins this process with all its threads, and what it starts from then on. Servers that it starts have to choose their own core.
 *
 * @param place `all` takes the pinning back
 */
export function pinLoadGenerator(place: "load" | "all" = "load"): void {
  if (cores !== undefined) taskset("-a", "-c", "-p", cores[place], String(process.pid));
}

/** The words in front of a command that runs it on the core of the servers, or on all. */
export function on(place: "server" | "all"): readonly string[] {
  return cores === undefined ? [] : ["taskset", "-c", cores[place]];
}

function findCores(): Cores | undefined {
  try {
    const all = taskset("-c", "-p", String(process.pid)).split(":")[1]?.trim() ?? "";
    const [load, server] = all.split(",").flatMap(numbersOf);
    return load === undefined || server === undefined
      ? undefined
      : { server: String(server), load: String(load), all };
  } catch {
    return undefined;
  }
}

/** @param range such as `2` or `0-3` */
function numbersOf(range: string): readonly number[] {
  const [first = 0, last = first] = range.split("-").map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function taskset(...words: readonly string[]): string {
  return execFileSync("taskset", words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}
