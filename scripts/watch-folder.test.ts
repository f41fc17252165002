import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { watchFolder } from "./watch-folder.mjs";

let folder: string;
let changed: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-watch-"));
  mkdirSync(join(folder, "deep", "deeper"), { recursive: true });
  writeFileSync(join(folder, "deep", "deeper", "a.ts"), "1");
  changed = [];
  watchFolder(folder, (path) => changed.push(relative(folder, path)));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As most editors save: the new file takes the name of the old one. */
function save(...path: string[]) {
  const file = join(folder, ...path);
  writeFileSync(`${file}~`, "2");
  renameSync(`${file}~`, file);
}

async function sees(path: string) {
  await vi.waitFor(() => expect(changed).toContain(path), { timeout: 5_000 });
  changed.length = 0;
}

describe("a watched folder", () => {
  test("tells of each save of a file, not of the first alone", async () => {
    // By turns: what a folder tells comes in order, so with one file's name all of the other's has been told.
    for (const file of ["a.ts", "b.ts", "a.ts", "b.ts", "a.ts"]) {
      save("deep", "deeper", file);
      await sees(`deep/deeper/${file}`);
    }
  });

  test("tells of files in folders that were made later, or made again", async () => {
    for (let time = 0; time < 2; time += 1) {
      mkdirSync(join(folder, "deep", "new"));
      await sees("deep/new");
      save("deep", "new", "b.ts");
      await sees("deep/new/b.ts");
      rmSync(join(folder, "deep", "new"), { recursive: true });
      await sees("deep/new");
    }
  });

  test("tells of a file that is gone", async () => {
    rmSync(join(folder, "deep", "deeper", "a.ts"));
    await sees("deep/deeper/a.ts");
  });
});
