import { mkdir, realpath } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { codeOf, DatabaseError } from "../database-error.ts";
import { connectOnce, type PostgresAddress } from "../postgres-connection.ts";
import { findBinaries, type PostgresBinaries } from "./binaries.ts";
import {
  dataFolder,
  embeddedDatabase,
  embeddedRole,
  prepareDataFolder,
  readPassword,
} from "./data-folder.ts";
import { chooseOperatingUser, type OperatingUser } from "./operating-user.ts";
import { isLivingServer, readPostmasterFile, removeStalePostmasterFile } from "./postmaster-file.ts";
import { type ServerProcess, serverLog, startServer } from "./server-process.ts";
import { explainFailedStart, explainFolderError, startFailed } from "./start-errors.ts";

/** A running embedded PostgreSQL. */
export interface EmbeddedPostgres {
  readonly address: Exclude<PostgresAddress, { url: string }>;
  /** Another process started it. */
  readonly adopted: boolean;
  readonly pid: number;
  isRunning(): boolean;
  /** Stops it and waits for its end; an adopted one keeps running. */
  stop(): Promise<void>;
}

/** Input of a start. */
interface ServerFiles {
  readonly data: string;
  readonly logFile: string;
  readonly binaries: PostgresBinaries;
  readonly user: OperatingUser;
}

/** Crash recovery takes less than a second; a minute is for slow disks. */
const patienceMilliseconds = 60_000;

/**
 * Starts the embedded PostgreSQL of a data directory, or joins the running one. May be called concurrently: PostgreSQL's
 * lock admits one server, and the other processes adopt it.
 *
 * @throws DatabaseError
 */
export async function openEmbeddedPostgres(
  dataDirectory: string,
  onProgress: (text: string) => void = () => undefined,
): Promise<EmbeddedPostgres> {
  try {
    await mkdir(dataDirectory, { recursive: true });
    const directory = await realpath(dataDirectory);
    const binaries = await findBinaries();
    const user = await chooseOperatingUser({ directory, program: binaries.postgres });
    await prepareDataFolder(directory, binaries, user, onProgress);
    onProgress("Starting the embedded database");
    return await joinOrStart({ data: dataFolder(directory), logFile: serverLog(directory), binaries, user });
  } catch (error) {
    throw explainFolderError(error, dataDirectory);
  }
}

async function joinOrStart(files: ServerFiles): Promise<EmbeddedPostgres> {
  const { data } = files;
  const deadline = Date.now() + patienceMilliseconds;
  let own: ServerProcess | undefined;
  while (Date.now() < deadline) {
    const running = readPostmasterFile(data);
    if (running && isLivingServer(running.pid, data)) {
      const joined = running.ready ? await join(data, running, own) : undefined;
      if (joined) {
        return joined;
      }
    } else if (!own || own.ended()) {
      explainFailedStart(own);
      if (running) {
        removeStalePostmasterFile(data, running.pid);
      }
      own = await startServer(files.binaries, files.user, data, files.logFile);
    }
    await pause(20);
  }
  throw startFailed("it was not ready within a minute");
}

/** Joins the server of `postmaster.pid`; `undefined` until it serves this data folder. */
async function join(
  data: string,
  running: { readonly pid: number; readonly port: number },
  own: ServerProcess | undefined,
): Promise<EmbeddedPostgres | undefined> {
  const address = {
    host: "127.0.0.1",
    port: running.port,
    user: embeddedRole,
    password: await readPassword(data),
    database: embeddedDatabase,
  };
  if (!(await servesFolder(address, data))) {
    return undefined;
  }
  const adopted = own?.pid !== running.pid;
  return {
    address,
    adopted,
    pid: running.pid,
    isRunning: () => isLivingServer(running.pid, data),
    stop: () => (adopted ? Promise.resolve() : stopServer(running.pid, data)),
  };
}

async function servesFolder(address: EmbeddedPostgres["address"], data: string): Promise<boolean> {
  try {
    const client = await connectOnce(address);
    try {
      const { rows } = await client.query<{ folder: string }>(
        "SELECT current_setting('data_directory') AS folder",
      );
      return rows[0]?.folder === data;
    } finally {
      await client.end();
    }
  } catch (error) {
    if (codeOf(error) === "28P01") {
      throw new DatabaseError(
        "folder-damaged",
        `The embedded database in ${data} refuses the password in its folder.`,
        "Restore the file gatehouse-password from a backup, or move the folder away to start with an empty database.",
      );
    }
    return false;
  }
}

/** Fast shutdown: rolls back open transactions, writes everything committed to disk. */
async function stopServer(pid: number, data: string): Promise<void> {
  const immediately = Date.now() + 20_000;
  signal(pid, "SIGINT");
  while (isLivingServer(pid, data)) {
    if (Date.now() > immediately) {
      signal(pid, "SIGQUIT");
    }
    await pause(10);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}
