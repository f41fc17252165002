import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "../test-support/run-command.ts";
import { RefusedError } from "./parse-command.ts";

let DATA_DIR: string;
beforeEach(async () => {
  DATA_DIR = await mkdtemp(join(tmpdir(), "gatehouse-no-hub-"));
});
afterEach(() => rm(DATA_DIR, { recursive: true, force: true }));

describe("a folder where no hub has run", () => {
  test.each([
    "user list",
    "user disable alice",
    "session list alice",
    "session end alice",
    "audit list",
    "audit verify",
    "keys rotate",
  ])("%s names the folder, and creates no database in it", async (words) => {
    const refused = runCommand(words, { DATA_DIR });
    await expect(refused).rejects.toThrow(RefusedError);
    await expect(refused).rejects.toThrow(`there is no database in ${DATA_DIR}: no hub has run there.`);
    expect(await readdir(DATA_DIR)).toEqual([]);
  });
});
