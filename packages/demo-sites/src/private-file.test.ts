import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makePrivateFile } from "./private-file.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "private-file-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

it("makes a database, its journal files and its folders private", () => {
  const file = join(folder, "made", "for", "bank.sqlite");
  const before = process.umask(0);
  makePrivateFile(file);
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE entry (id)");
  process.umask(before);
  expect([file, `${file}-wal`, `${file}-shm`].map(mode)).toEqual(["600", "600", "600"]);
  expect([join(folder, "made"), join(folder, "made", "for")].map(mode)).toEqual(["700", "700"]);
  database.close();
});

it("closes files that an earlier version left open to all, and leaves an existing folder alone", () => {
  const files = ["", "-wal", "-shm"].map((end) => join(folder, `bank.sqlite${end}`));
  for (const file of files) {
    writeFileSync(file, "");
    chmodSync(file, 0o644);
  }
  chmodSync(folder, 0o755);
  makePrivateFile(files[0] ?? "");
  expect(files.map(mode)).toEqual(["600", "600", "600"]);
  expect(mode(folder)).toBe("755");
});

it("throws when the file cannot be made", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => makePrivateFile(join(folder, "file", "bank.sqlite"))).toThrow(/ENOTDIR|EEXIST/);
});
