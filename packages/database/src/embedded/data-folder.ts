import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, DatabaseError, diskFull } from "../database-error.ts";
import type { PostgresBinaries } from "./binaries.ts";
import { changeOwner, type OperatingUser, restoreOwner, spawnAs } from "./operating-user.ts";
import { isDiskFull, relevantLogLine, startFailed } from "./start-errors.ts";

/** Role and database that initdb creates. */
export const embeddedRole = "gatehouse";
export const embeddedDatabase = "postgres";

const passwordFile = "gatehouse-password";
const majorVersion = "18";

/** Folder of the cluster inside the hub's data directory. */
export function dataFolder(dataDirectory: string): string {
  return join(dataDirectory, "postgres");
}

/** Whether a data directory has an embedded database, running or not. */
export function hasEmbeddedDatabase(dataDirectory: string): boolean {
  return existsSync(dataFolder(dataDirectory));
}

/** Password of the embedded role. Only the hub's user can read its file; PostgreSQL stores a hash. */
export async function readPassword(data: string): Promise<string> {
  return (await readFile(join(data, passwordFile), "utf8")).trim();
}

/**
 * Creates the data folder if there is none. It is built under another name and renamed when complete, so that an incomplete
 * one is never used, and of concurrent processes one rename wins.
 */
export async function prepareDataFolder(
  dataDirectory: string,
  binaries: PostgresBinaries,
  user: OperatingUser,
  onProgress: (text: string) => void,
): Promise<void> {
  const data = dataFolder(dataDirectory);
  await removeAbandoned(dataDirectory);
  if (existsSync(data)) {
    if (await isWhole(data)) {
      // In folders of earlier versions PostgreSQL's user owns the file.
      await restoreOwner(user, join(data, passwordFile));
      return;
    }
    const aside = `${data}.half-written-${Date.now()}`;
    await rename(data, aside);
    onProgress(`The database folder was half-written; it was moved to ${aside} and a new one is made.`);
  }
  onProgress("Making the embedded database");
  const making = join(dataDirectory, `postgres.making-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    await makeIn(making, binaries, user);
    await moveInto(join(making, "data"), data);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function isWhole(data: string): Promise<boolean> {
  const written = ["PG_VERSION", "global/pg_control", passwordFile].every((file) =>
    existsSync(join(data, file)),
  );
  if (!written) {
    return false;
  }
  const version = (await readFile(join(data, "PG_VERSION"), "utf8")).trim();
  if (version !== majorVersion) {
    throw new DatabaseError(
      "folder-unusable",
      `${data} was written by PostgreSQL ${version}; the embedded one is ${majorVersion}.`,
      "Move the folder away to start with an empty database, or run a PostgreSQL of that version and set DATABASE_URL.",
    );
  }
  return true;
}

async function makeIn(making: string, binaries: PostgresBinaries, user: OperatingUser): Promise<void> {
  await mkdir(making, { mode: 0o700 });
  const password = join(making, passwordFile);
  await writeFile(password, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
  await changeOwner(user, password);
  await changeOwner(user, making);
  const data = join(making, "data");
  await runInitdb(user, [
    ...[binaries.initdb, "-D", data, "-U", embeddedRole, `--pwfile=${password}`, "--auth=scram-sha-256"],
    ...["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
    ...["--no-instructions", "--set", "max_connections=50"],
  ]);
  await restoreOwner(user, password);
  await rename(password, join(data, passwordFile));
}

async function runInitdb(user: OperatingUser, command: readonly string[]): Promise<void> {
  const child = spawnAs(user, command, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-100_000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) {
    return;
  }
  throw isDiskFull(said) ? diskFull() : startFailed(relevantLogLine(said) || `initdb ended with ${code}`);
}

async function moveInto(made: string, data: string): Promise<void> {
  try {
    await rename(made, data);
  } catch (error) {
    // Another process created it first.
    if (codeOf(error) !== "ENOTEMPTY" && codeOf(error) !== "EEXIST") {
      throw error;
    }
    return;
  }
  const parent = await open(join(data, ".."));
  await parent.sync().finally(() => parent.close());
}

/** Removes incomplete folders of killed processes, by the pid in their name. */
async function removeAbandoned(dataDirectory: string): Promise<void> {
  for (const name of await readdir(dataDirectory)) {
    const pid = Number(/^postgres\.making-(\d+)-/.exec(name)?.[1] ?? 0);
    if (pid > 0 && pid !== process.pid && !isRunning(pid)) {
      await rm(join(dataDirectory, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}
