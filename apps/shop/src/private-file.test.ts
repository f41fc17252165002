import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openCartStore } from "./cart-store.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shop-private-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

it("keeps the carts, and what SQLite puts beside them, for their owner alone", () => {
  const file = join(folder, "made", "for", "shop.sqlite");
  const before = process.umask(0);
  const store = openCartStore(file);
  process.umask(before);
  store.add({ person: "alice" }, "tulips", 1);
  expect([file, `${file}-wal`, `${file}-shm`].map(mode)).toEqual(["600", "600", "600"]);
  expect([join(folder, "made"), join(folder, "made", "for")].map(mode)).toEqual(["700", "700"]);
  store.close();
});

it("closes a file that an earlier version left open to all, and leaves a folder that was there", () => {
  const file = join(folder, "shop.sqlite");
  writeFileSync(file, "");
  chmodSync(file, 0o644);
  chmodSync(folder, 0o755);
  openCartStore(file).close();
  expect(mode(file)).toBe("600");
  expect(mode(folder)).toBe("755");
});

it("says what is wrong when the file cannot be made", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => openCartStore(join(folder, "file", "shop.sqlite"))).toThrow(/ENOTDIR|EEXIST/);
});
