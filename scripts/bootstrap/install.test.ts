import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepOwnNode } from "./install.mjs";

vi.mock("node:fs", async (importOriginal) => {
  const original = await importOriginal<typeof import("node:fs")>();
  return { ...original, linkSync: vi.fn(original.linkSync) };
});

let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "gatehouse-install-"));
});
afterEach(() => rmSync(checkout, { recursive: true }));

const title = "Node runs on while the packages it lies in are replaced, and leaves nothing behind";
test.each(["", ", where a file has one name only"])(`${title}%s`, (onlyOneName) => {
  if (onlyOneName)
    vi.mocked(linkSync).mockImplementationOnce(() => {
      throw Object.assign(new Error("cross-device link not permitted"), { code: "EXDEV" });
    });
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
