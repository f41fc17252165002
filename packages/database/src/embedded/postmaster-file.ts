import { execFileSync } from "node:child_process";
import { existsSync, linkSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Content of `postmaster.pid`. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/**
 * Reads `postmaster.pid`; `undefined` if there is none or it is incomplete.
 *
 * @see https://www.postgresql.org/docs/18/storage-file-layout.html
 */
export function readPostmasterFile(data: string): PostmasterFile | undefined {
  try {
    const lines = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    const port = Number(lines[3] ?? 0);
    return pid > 0 ? { pid, port, ready: lines[7]?.trim() === "ready" } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the server of a `postmaster.pid` still runs. kill(2) is not enough: it succeeds for a zombie, which a container may
 * never collect, and the pid may belong to another program by now.
 */
export function isLivingServer(pid: number, data: string): boolean {
  const found = existsSync("/proc/self/stat") ? procEntry(pid) : psEntry(pid);
  return found !== undefined && !found.state.startsWith("Z") && found.command.includes(data);
}

function procEntry(pid: number): { state: string; command: string } | undefined {
  try {
    const state = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1] ?? "";
    return { state, command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ") };
  } catch {
    return undefined;
  }
}

function psEntry(pid: number): { state: string; command: string } | undefined {
  try {
    const line = execFileSync("ps", ["-ww", "-o", "stat=,args=", "-p", String(pid)], { encoding: "utf8" });
    const [, state = "", command = ""] = /^\s*(\S+)\s+(.*)$/m.exec(line) ?? [];
    return { state, command };
  } catch {
    return undefined;
  }
}

/**
 * Removes the `postmaster.pid` of a server that is gone. PostgreSQL replaces the file of a dead process itself, but takes a
 * zombie or another program with the same pid for a server. The file is moved, then checked: if another process has started
 * a server meanwhile, it is moved back.
 */
export function removeStalePostmasterFile(data: string, stalePid: number): void {
  const file = join(data, "postmaster.pid");
  const aside = join(data, `postmaster.pid.stale-${process.pid}`);
  try {
    renameSync(file, aside);
    if (Number(readFileSync(aside, "utf8").split("\n")[0]) !== stalePid) {
      linkSync(aside, file);
    }
  } catch {
    // Removed or replaced meanwhile; the next attempt sees it.
  }
  rmSync(aside, { force: true });
}
