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

/** The embedded PostgreSQL, running. */
export interface EmbeddedPostgres {
  readonly address: Exclude<PostgresAddress, { url: string }>;
  /** It ran already when this process came; then it belongs to whoever started it. */
  readonly adopted: boolean;
  readonly pid: number;
  isRunning(): boolean;
  /** Ends it in order and waits until it is gone; an adopted one is left alone. */
  stop(): Promise<void>;
}

interface Surroundings {
  readonly data: string;
  readonly logFile: string;
  readonly binaries: PostgresBinaries;
  readonly user: OperatingUser;
}

/** Recovery after the crash of a busy hub took less than a second; a minute is for slow disks. */
const patienceMilliseconds = 60_000;

/**
 * Brings up the embedded PostgreSQL of a data directory, or joins the one that runs there already. Several processes
 * may call it at once: PostgreSQL's own lock lets one server run, and the others adopt it.
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

async function joinOrStart(surroundings: Surroundings): Promise<EmbeddedPostgres> {
  const { data } = surroundings;
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
      own = await startServer(surroundings.binaries, surroundings.user, data, surroundings.logFile);
    }
    await pause(20);
  }
  throw startFailed("it was not ready within a minute");
}

/** Connects to the server that `postmaster.pid` names; nothing while it does not answer as ours. */
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
        `The embedded database in ${data} does not take the password that lies beside its data.`,
        "Put the file gatehouse-password back from a copy, or move the folder away to start anew.",
      );
    }
    return false;
  }
}

/** Fast shutdown: open transactions are taken back, everything acknowledged is on disk. */
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
