import { execFile, type SpawnOptions, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chown, lchown } from "node:fs/promises";
import { promisify } from "node:util";
import { DatabaseError } from "../database-error.ts";
import { plainEnvironment } from "./env.ts";

const run = promisify(execFile);

/** Who runs PostgreSQL, and how a program is started as that user. */
export interface OperatingUser {
  /** Absent: whoever runs this process. */
  readonly account?: { readonly uid: number; readonly gid: number } | undefined;
  /** The words before a command; empty: it is started as it is. */
  readonly prefix: readonly string[];
}

/** INT is PostgreSQL's fast shutdown: a server does not outlive the process that started it, even a killed one. */
const endWithParent = "--pdeathsig=INT";

/**
 * Lets `nobody` through folders above that are closed to it, such as /root or what `mktemp -d` makes. The first
 * capability only reads; containers that lack it (Docker's default) have the second, which is more than PostgreSQL
 * needs and less than the root who starts it. PostgreSQL asks access(2) about its own programs, which forgets
 * capabilities without the secure bit.
 */
const waysThroughClosedFolders = ["dac_read_search", "dac_override"].map((capability) => [
  `--inh-caps=+${capability}`,
  `--ambient-caps=+${capability}`,
  "--securebits=+no_setuid_fixup",
]);

/**
 * PostgreSQL refuses to run as root, and wants its user in /etc/passwd: root runs it as `nobody`.
 *
 * @param reach what that user must be able to enter: the data folder and the programs
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
      "Run this as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.",
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
    "Put the checkout where everybody may enter (chmod o+x its parents), run it as an ordinary user, or set DATABASE_URL.",
  );
}

/** Starts a program as the operating user; nothing of the hub's environment goes along but {@link plainEnvironment}. */
export function spawnAs(
  user: OperatingUser,
  command: readonly string[],
  options: Omit<SpawnOptions, "env">,
): ReturnType<typeof spawn> {
  const [program = "", ...words] = user.prefix.length > 0 ? [...user.prefix, "--", ...command] : command;
  return spawn(program, words, { cwd: "/", ...options, env: plainEnvironment() });
}

/** Gives a path to the operating user. */
export async function giveTo(user: OperatingUser, path: string): Promise<void> {
  if (user.account) {
    await chown(path, user.account.uid, user.account.gid);
  }
}

/** Takes a path back from the operating user. The folder it lies in is that user's, so a link is not followed. */
export async function takeBack(user: OperatingUser, path: string): Promise<void> {
  if (user.account) {
    await lchown(path, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
  }
}

/** Tries it for real: access rights, ACLs and mount options are too many to compute. */
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
