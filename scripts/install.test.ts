import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepOwnNode } from "./install.mjs";

let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "gatehouse-install-"));
});
afterEach(() => rmSync(checkout, { recursive: true }));

test("Node runs on while the packages it lies in are replaced, and leaves nothing behind", () => {
  const tree = join(checkout, "node_modules");
  const own = join(tree, "node", "bin", "node");
  mkdirSync(join(own, ".."), { recursive: true });
  copyFileSync(process.execPath, own);
  const kept = keepOwnNode(own, tree);
  rmSync(tree, { recursive: true });
  expect(execFileSync(kept.path, ["--version"], { encoding: "utf8" }).trim()).toBe(process.version);
  kept.release();
  expect(readdirSync(join(checkout, ".turbo"))).toEqual([]);
});

test("a Node outside of the packages is used where it is, and stays", () => {
  const kept = keepOwnNode(process.execPath, join(checkout, "node_modules"));
  expect(kept.path).toBe(process.execPath);
  kept.release();
  expect(existsSync(process.execPath)).toBe(true);
});
