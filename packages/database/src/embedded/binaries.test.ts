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

test("links that an install without scripts left out are made, twice and at once without harm", async () => {
  await Promise.all([completeSymlinks(native), completeSymlinks(native)]);
  await completeSymlinks(native);
  const link = join(native, "lib", "libpq.so.5");
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readlinkSync(link)).toBe("libpq.so.5.18");
});

test("a folder that may not be written says what is missing and who can help", async () => {
  rmSync(join(native, "lib"), { recursive: true });
  const refused = completeSymlinks(native);
  await expect(refused).rejects.toMatchObject({
    code: "binaries-unusable",
    message: expect.stringContaining("libpq.so.5"),
    fix: expect.stringContaining("npm install"),
  });
});

test("a platform without binaries is named, with the way out", async () => {
  await expect(findBinaries("plan9-vax")).rejects.toMatchObject({
    code: "platform-unsupported",
    message: expect.stringContaining("plan9-vax"),
    fix: expect.stringContaining("DATABASE_URL"),
  });
});

test("this machine has its own", async () => {
  const { initdb, postgres } = await findBinaries();
  expect([existsSync(initdb), existsSync(postgres)]).toEqual([true, true]);
});
