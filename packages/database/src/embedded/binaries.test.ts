import { existsSync, lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { completeSymlinks, findBinaries } from "./binaries.ts";

let native: string;
beforeEach(() => {
  native = join(mkdtempSync(join(tmpdir(), "gatehouse-binaries-")), "native");
  mkdirSync(join(native, "lib"), { recursive: true });
  writeFileSync(join(native, "lib", "libpq.so.5.18"), "");
  const links = [{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }];
  writeFileSync(join(native, "pg-symlinks.json"), JSON.stringify(links));
});
afterEach(() => rmSync(join(native, ".."), { recursive: true }));

test("creates the links that an install without scripts omits, also twice and concurrently", async () => {
  await Promise.all([completeSymlinks(native), completeSymlinks(native)]);
  await completeSymlinks(native);
  const link = join(native, "lib", "libpq.so.5");
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readlinkSync(link)).toBe("libpq.so.5.18");
});

test("a read-only folder: the error names the missing link and the remedy", async () => {
  rmSync(join(native, "lib"), { recursive: true });
  const refused = completeSymlinks(native);
  await expect(refused).rejects.toMatchObject({
    code: "binaries-unusable",
    message: expect.stringContaining("libpq.so.5"),
    fix: expect.stringContaining("npm install"),
  });
});

test("a platform without binaries: the error names it and the remedy", async () => {
  await expect(findBinaries("plan9-vax")).rejects.toMatchObject({
    code: "platform-unsupported",
    message: expect.stringContaining("plan9-vax"),
    fix: expect.stringContaining("DATABASE_URL"),
  });
});

test("finds the binaries of this machine", async () => {
  const { initdb, postgres } = await findBinaries();
  expect([existsSync(initdb), existsSync(postgres)]).toEqual([true, true]);
});
