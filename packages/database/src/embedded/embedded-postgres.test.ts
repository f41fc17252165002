import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDatabase } from "../open-database.ts";
import { connectOnce } from "../postgres-connection.ts";
import { findBinaries } from "./binaries.ts";
import { dataFolder } from "./data-folder.ts";
import { type EmbeddedPostgres, openEmbeddedPostgres } from "./embedded-postgres.ts";
import { chooseOperatingUser, spawnAs } from "./operating-user.ts";
import { isLivingServer, readPostmasterFile } from "./postmaster-file.ts";

const life = { idleSeconds: 60, maxSeconds: 600 };

let directory: string;
const opened: EmbeddedPostgres[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "gatehouse-embedded-"));
});
afterEach(async () => {
  for (const server of opened.splice(0)) await server.stop();
  await rm(directory, { recursive: true, force: true });
});

async function open(said: string[] = []): Promise<EmbeddedPostgres> {
  const server = await openEmbeddedPostgres(directory, (text) => said.push(text));
  opened.push(server);
  return server;
}

async function ask(server: EmbeddedPostgres, sql: string): Promise<unknown> {
  const client = await connectOnce(server.address);
  try {
    return (await client.query(sql)).rows[0];
  } finally {
    await client.end();
  }
}

test("starts from an empty folder: listens on loopback only, with a private password file and durable settings", async () => {
  const server = await open();
  const settings = `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
    current_setting('full_page_writes') AS pages, current_setting('listen_addresses') AS listen,
    current_setting('unix_socket_directories') AS sockets, current_setting('server_encoding') AS encoding`;
  expect(await ask(server, settings)).toEqual({
    fsync: "on",
    commit: "on",
    pages: "on",
    listen: "127.0.0.1",
    sockets: "",
    encoding: "UTF8",
  });
  const password = statSync(join(dataFolder(directory), "gatehouse-password"));
  expect(password).toMatchObject({ mode: 0o100600, uid: process.getuid?.() });
  expect(
    await ask({ ...server, address: { ...server.address, password: "x" } }, "SELECT 1").catch(String),
  ).toMatch(/password/);
  await server.stop();
  expect(server.isRunning()).toBe(false);
  expect(existsSync(join(dataFolder(directory), "postmaster.pid"))).toBe(false);
});

test("a running server is adopted, and the adopter leaves it running", async () => {
  const first = await open();
  const second = await open();
  expect(second).toMatchObject({ adopted: true, pid: first.pid, address: first.address });
  await second.stop();
  expect(await ask(first, "SELECT 1 AS one")).toEqual({ one: 1 });
});

test("of concurrent openers one starts the server, the others adopt it", async () => {
  const servers = await Promise.all([open(), open(), open()]);
  expect(servers.filter(({ adopted }) => !adopted)).toHaveLength(1);
  expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
  expect(readdirSync(directory).sort()).toEqual(["postgres", "postgres.log"]);
});

test("a killed server restarts with everything that it acknowledged", async () => {
  const first = await open();
  await ask(first, "CREATE TABLE kept (id int)");
  await ask(first, "INSERT INTO kept SELECT generate_series(1, 500)");
  process.kill(first.pid, "SIGKILL");
  const second = await open();
  expect(second.adopted).toBe(false);
  expect(await ask(second, "SELECT count(*)::int AS rows FROM kept")).toEqual({ rows: 500 });
});

/** Two processes of PostgreSQL's user for which kill(2) succeeds: another program, and a zombie that it never collects. */
async function strangerAndZombie(): Promise<{ pids: number[]; end: () => void }> {
  const { postgres } = await findBinaries();
  const user = await chooseOperatingUser({ directory: "/", program: postgres });
  const child = spawnAs(user, ["/bin/sh", "-c", "true & echo $!; exec sleep 60"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [zombie] = await once(child.stdout as Readable, "data");
  return { pids: [child.pid ?? 0, Number(String(zombie))], end: () => child.kill("SIGKILL") };
}

test("a lock file that names another program or a zombie does not prevent a start", async () => {
  const { pids, end } = await strangerAndZombie();
  await (await open()).stop();
  for (const pid of pids) {
    const lines = [pid, dataFolder(directory), 1, 1, "", "127.0.0.1", "1 1", "ready   ", ""];
    writeFileSync(join(dataFolder(directory), "postmaster.pid"), lines.join("\n"), { mode: 0o600 });
    const server = await open();
    expect(server.adopted).toBe(false);
    await server.stop();
  }
  end();
});

test("an incomplete folder is moved aside and reported", async () => {
  mkdirSync(join(dataFolder(directory), "base"), { recursive: true });
  writeFileSync(join(dataFolder(directory), "PG_VERSION"), "18\n");
  const said: string[] = [];
  const server = await open(said);
  expect(await ask(server, "SELECT 1 AS one")).toEqual({ one: 1 });
  expect(said.join("\n")).toContain("half-written");
  expect(readdirSync(directory).some((name) => name.startsWith("postgres.half-written-"))).toBe(true);
});

test("the incomplete folder of a killed process is deleted", async () => {
  mkdirSync(join(directory, "postgres.making-999999999-00000000", "data"), { recursive: true });
  await open();
  expect(readdirSync(directory).filter((name) => name.includes("making"))).toEqual([]);
});

test("a folder of another PostgreSQL version is refused and unchanged", async () => {
  await (await open()).stop();
  writeFileSync(join(dataFolder(directory), "PG_VERSION"), "12\n");
  await expect(open()).rejects.toMatchObject({
    code: "folder-unusable",
    message: expect.stringContaining("12"),
  });
  writeFileSync(join(dataFolder(directory), "PG_VERSION"), "18\n");
});

test("a wrong password file is reported", async () => {
  const first = await open();
  writeFileSync(join(dataFolder(directory), "gatehouse-password"), "another\n");
  await expect(open()).rejects.toMatchObject({ code: "folder-damaged" });
  await first.stop();
});

test("a data directory that is a file is refused in one sentence", async () => {
  writeFileSync(join(directory, "file"), "");
  const refused = openEmbeddedPostgres(join(directory, "file"));
  await expect(refused).rejects.toMatchObject({
    code: "folder-unusable",
    fix: expect.stringContaining("DATA_DIR"),
  });
});

test("runs below parent folders that are closed to others", async () => {
  const closed = join(directory, "closed");
  mkdirSync(closed, { mode: 0o700 });
  chmodSync(directory, 0o700);
  const server = await openEmbeddedPostgres(join(closed, "deep"));
  opened.push(server);
  expect(await ask(server, "SELECT 1 AS one")).toEqual({ one: 1 });
});

/** Another process that has the database open; prints the server's pid. */
async function openElsewhere(): Promise<{ child: ChildProcess; pid: number }> {
  const index = fileURLToPath(new URL("embedded-postgres.ts", import.meta.url));
  const program = `import { openEmbeddedPostgres } from ${JSON.stringify(index)};
    const { pid } = await openEmbeddedPostgres(${JSON.stringify(directory)});
    console.log(pid);
    setInterval(() => {}, 1000);`;
  const node = ["--input-type=module-typescript", "--eval", program];
  const child = spawn(process.execPath, node, { stdio: ["ignore", "pipe", "inherit"] });
  const [pid] = await once(child.stdout, "data");
  return { child, pid: Number(String(pid)) };
}

test("the server ends with a killed process, and the next start finds all data", async () => {
  const { child, pid } = await openElsewhere();
  child.kill("SIGKILL");
  await once(child, "exit");
  const server = await open();
  expect(server.adopted).toBe(false);
  expect(server.pid).not.toBe(pid);
  expect(isLivingServer(pid, dataFolder(directory))).toBe(false);
});

test("a hub whose adopted server ends starts it again and continues", async () => {
  const { child, pid } = await openElsewhere();
  const database = await openDatabase({ ...life, dataDirectory: directory });
  const person = {
    username: "zoe",
    name: "Zoe",
    email: "zoe@example.com",
    operator: false,
    password: null,
  };
  const { id } = await database.people.create(person);
  child.kill("SIGKILL");
  const deadline = Date.now() + 20_000;
  while (readPostmasterFile(dataFolder(directory))?.pid === pid || !(await database.isReady())) {
    if (Date.now() > deadline) throw new Error("it did not come back");
    await pause(50);
  }
  expect(await database.people.findById(id)).toMatchObject({ username: "zoe" });
  const { pid: own } = readPostmasterFile(dataFolder(directory)) ?? { pid: 0 };
  await database.close();
  expect(isLivingServer(own, dataFolder(directory))).toBe(false);
});
