import { execFileSync } from "node:child_process";
import { existsSync, linkSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** What a running server says of itself in its data folder. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/**
 * Reads `postmaster.pid`; nothing when there is none or it is still being written.
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
 * Whether the server that a `postmaster.pid` names still runs. A zombie answers kill(2) as the living do (in a
 * container nobody may ever collect it), and the pid may belong to another program by now.
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
 * Takes a `postmaster.pid` away whose server is gone. PostgreSQL replaces one of a dead process itself, but believes
 * in zombies and in strangers under the same number. Moved first and looked at after: should another process have
 * started a server in between, its file goes back.
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
    // Gone already, or written anew: the next look tells.
  }
  rmSync(aside, { force: true });
}
