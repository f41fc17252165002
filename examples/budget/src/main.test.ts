import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const budget = (...words: readonly string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, "../main.ts"), ...words], { encoding: "utf8" });

test("--help explains the commands and exits with 0; a missing command is an error", () => {
  const asked = budget("--help");
  expect(asked.stdout).toContain("sign-in --device");
  expect(asked.status).toBe(0);
  const nothing = budget();
  expect(nothing.stderr).toContain("sign-in --device");
  expect(nothing.status).toBe(2);
});
