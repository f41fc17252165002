import { execFile, type SpawnOptions, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chown, lchown } from "node:fs/promises";
import { promisify } from "node:util";
import { DatabaseError } from "../database-error.ts";
import { plainEnvironment } from "./env.ts";

const run = promisify(execFile);

/** User that runs PostgreSQL. */
export interface OperatingUser {
  /** Absent: the user of this process. */
  readonly account?: { readonly uid: number; readonly gid: number } | undefined;
  /** Arguments before a command that start it as this user; empty if none are needed. */
  readonly prefix: readonly string[];
}

/** PostgreSQL stops (SIGINT: fast shutdown) when the process that started it ends, even by SIGKILL. */
const endWithParent = "--pdeathsig=INT";

/**
 * Lets `nobody` pass closed parent folders, such as /root or those of `mktemp -d`. The first capability only reads;
 * containers that lack it (Docker's default) have the second, which is more than PostgreSQL needs and less than root's.
 * PostgreSQL checks its own programs by access(2), which ignores capabilities without the secure bit.
 */
const waysThroughClosedFolders = ["dac_read_search", "dac_override"].map((capability) => [
  `--inh-caps=+${capability}`,
  `--ambient-caps=+${capability}`,
  "--securebits=+no_setuid_fixup",
]);

/**
 * Chooses the user: `nobody` if this process is root, because PostgreSQL refuses root and requires an entry in /etc/passwd.
 *
 * @param reach data folder and program that the user must be able to reach
 * @throws DatabaseError `no-unprivileged-user` or `folder-unreachable`
 */
export async function chooseOperatingUser(reach: {
  readonly directory: string;
  readonly program: string;
}): Promise<OperatingUser> {
  const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => existsSync(path));
  if (process.getuid?.() !== 0) {
    return { prefix: setpriv ? [setpriv, endWithParent] : [] };
  }
  const account = nobody();
  if (!account || !setpriv) {
    throw new DatabaseError(
      "no-unprivileged-user",
      `PostgreSQL refuses to run as root, and ${account ? "setpriv is not installed" : "there is no user nobody"} here.`,
      "Run this as an ordinary user, or set DATABASE_URL to another PostgreSQL.",
    );
  }
  const asNobody = [
    setpriv,
    endWithParent,
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    "--clear-groups",
  ];
  for (const way of [[], ...waysThroughClosedFolders]) {
    const prefix = [...asNobody, ...way];
    if (await reaches(prefix, reach)) {
      return { account, prefix };
    }
  }
  throw new DatabaseError(
    "folder-unreachable",
    `PostgreSQL runs as nobody when root starts it, and that user cannot enter ${reach.directory} or the folder of its programs.`,
    "Make the folders above the checkout accessible (chmod o+x), run it as an ordinary user, or set DATABASE_URL.",
  );
}

/** Starts a program as the operating user, with {@link plainEnvironment} only. */
export function spawnAs(
  user: OperatingUser,
  command: readonly string[],
  options: Omit<SpawnOptions, "env">,
): ReturnType<typeof spawn> {
  const [program = "", ...words] = user.prefix.length > 0 ? [...user.prefix, "--", ...command] : command;
  return spawn(program, words, { cwd: "/", ...options, env: plainEnvironment() });
}

/** Makes the operating user the owner of a path. */
export async function changeOwner(user: OperatingUser, path: string): Promise<void> {
  if (user.account) {
    await chown(path, user.account.uid, user.account.gid);
  }
}

/** Makes the hub's user the owner of a path again. The operating user owns the folder, so links are not followed. */
export async function restoreOwner(user: OperatingUser, path: string): Promise<void> {
  if (user.account) {
    await lchown(path, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
  }
}

/** Tries it, because access rights, ACLs and mount options are too many to compute. */
async function reaches(
  prefix: readonly string[],
  reach: { readonly directory: string; readonly program: string },
): Promise<boolean> {
  const [program = "", ...words] = prefix;
  const entering = 'cd "$1" && exec "$2" --version';
  try {
    const command = ["/bin/sh", "-c", entering, "sh", reach.directory, reach.program];
    await run(program, [...words, "--", ...command], { env: plainEnvironment() });
    return true;
  } catch {
    return false;
  }
}

function nobody(): OperatingUser["account"] {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith("nobody:"));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}
