import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openLedger } from "./ledger.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bank-private-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

it("keeps the ledger, and what SQLite puts beside it, for its owner alone", () => {
  const file = join(folder, "made", "for", "bank.sqlite");
  const before = process.umask(0);
  const ledger = openLedger(file);
  process.umask(before);
  ledger.accountsOf("alice");
  expect([file, `${file}-wal`, `${file}-shm`].map(mode)).toEqual(["600", "600", "600"]);
  expect([join(folder, "made"), join(folder, "made", "for")].map(mode)).toEqual(["700", "700"]);
  ledger.close();
});

it("closes a file that an earlier version left open to all, and leaves a folder that was there", () => {
  const file = join(folder, "bank.sqlite");
  writeFileSync(file, "");
  chmodSync(file, 0o644);
  chmodSync(folder, 0o755);
  openLedger(file).close();
  expect(mode(file)).toBe("600");
  expect(mode(folder)).toBe("755");
});

it("says what is wrong when the file cannot be made", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => openLedger(join(folder, "file", "bank.sqlite"))).toThrow(/ENOTDIR|EEXIST/);
});
