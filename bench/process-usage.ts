/** CPU time and memory of processes, as Linux counts them in /proc. Other systems have no such figures. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";

/** A process, alone or with the processes that it started. */
export interface Processes {
  readonly pid: number;
  readonly withChildren?: boolean;
}

/** The kernel's unit of CPU time in /proc, in milliseconds. */
const tick = 10;

export const isCounted = existsSync("/proc/self/smaps_rollup");

/** CPU time since they started, in milliseconds, that of children that have ended included. */
export async function cpuTime({ pid, withChildren = false }: Processes): Promise<number> {
  const [own, ...children] = await Promise.all(
    [pid, ...(withChildren ? await childrenOf(pid) : [])].map(ticksOf),
  );
  const living = [own, ...children].reduce((sum, ticks) => sum + (ticks?.own ?? 0), 0);
  return (living + (withChildren ? (own?.endedChildren ?? 0) : 0)) * tick;
}

/** Resident memory in MB. Pages that processes share count in each of them. */
export async function residentMegabytes(processes: Processes): Promise<number> {
  return megabytes(processes, /^VmRSS:\s+(\d+) kB/m, "status");
}

/** Memory in MB. Pages shared by n processes count one nth in each (PSS), so that a sum counts them once. */
export async function proportionalMegabytes(processes: Processes): Promise<number> {
  return megabytes(processes, /^Pss:\s+(\d+) kB/m, "smaps_rollup");
}

async function megabytes(
  { pid, withChildren = false }: Processes,
  line: RegExp,
  file: string,
): Promise<number> {
  const texts = await Promise.all(
    [pid, ...(withChildren ? await childrenOf(pid) : [])].map((one) => read(`/proc/${one}/${file}`)),
  );
  const kilobytes = texts.reduce((sum, text) => sum + Number(line.exec(text)?.[1] ?? 0), 0);
  return Math.round(kilobytes / 1024);
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const list = await read(`/proc/${pid}/task/${pid}/children`);
  return list.split(" ").filter(Boolean).map(Number);
}

/** @see proc_pid_stat(5) */
async function ticksOf(pid: number): Promise<{ readonly own: number; readonly endedChildren: number }> {
  const stat = await read(`/proc/${pid}/stat`);
  // The name in brackets may hold spaces; utime is the 14th field of all and the 12th behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
  return { own: user + system, endedChildren: endedUser + endedSystem };
}

/** @returns nothing for a process that has ended meanwhile */
function read(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
