import { execFileSync } from "node:child_process";
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findBinaries } from "./binaries.ts";
import { dataFolder } from "./data-folder.ts";
import { openEmbeddedPostgres } from "./embedded-postgres.ts";
import { chooseOperatingUser, spawnAs } from "./operating-user.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gatehouse-operating-user-"));
  vi.stubEnv("HUB_SECRETS", "a-secret-of-the-hub");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

const onLinux = process.platform === "linux";
const asRoot = process.getuid?.() === 0;

async function operatingUser() {
  const { postgres } = await findBinaries();
  return chooseOperatingUser({ directory: "/", program: postgres });
}

test("a program of the operating user gets a minimal environment without secrets", async () => {
  const child = spawnAs(await operatingUser(), ["/usr/bin/env"], { stdio: ["ignore", "pipe", "inherit"] });
  const names = (await text(child.stdout as Readable)).split("\n").map((line) => line.split("=")[0]);
  expect(names).toContain("PATH");
  const allowed = ["", "HOME", "LANG", "LC_ALL", "PATH", "TZ"];
  expect(names.filter((name) => !allowed.includes(name ?? ""))).toEqual([]);
});

test.runIf(onLinux)("no process of PostgreSQL shows the hub's secrets in /proc", async () => {
  const server = await openEmbeddedPostgres(directory);
  const family = readdirSync("/proc").filter(
    (pid) => pid === `${server.pid}` || parentOf(pid) === server.pid,
  );
  const environments = family.flatMap(environmentOf);
  await server.stop();
  expect(environments.length).toBeGreaterThan(1);
  expect(environments.filter((environment) => environment.includes("a-secret-of-the-hub"))).toEqual([]);
});

test.runIf(asRoot)("a password file owned by PostgreSQL's user is returned to the hub's user", async () => {
  await (await openEmbeddedPostgres(directory)).stop();
  const password = join(dataFolder(directory), "gatehouse-password");
  const { account } = await operatingUser();
  chownSync(password, account?.uid ?? 0, account?.gid ?? 0);
  await (await openEmbeddedPostgres(directory)).stop();
  expect(statSync(password).uid).toBe(0);
});

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return 0; // gone, or no process
  }
}

function environmentOf(pid: string): readonly string[] {
  try {
    return [execFileSync("cat", [`/proc/${pid}/environ`], { encoding: "utf8", stdio: "pipe" })];
  } catch (error) {
    // A worker of PostgreSQL may have exited meanwhile; a zombie is still listed and has no environment either.
    if (/No such (process|file)/.test(String(error))) return [];
    throw error;
  }
}
