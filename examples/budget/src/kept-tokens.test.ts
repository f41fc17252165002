import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { forgetTokens, keepTokens, readTokens } from "./kept-tokens.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-budget-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const tokens = { accessToken: "a", refreshToken: "r", expiresAt: 1 };

test("stored tokens are read again, by their owner only, until they are deleted", async () => {
  const file = join(folder, "below", "tokens.json");
  expect(await readTokens(file)).toBeNull();
  await keepTokens(file, tokens);
  expect(await readTokens(file)).toEqual(tokens);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await forgetTokens(file);
  expect(await readTokens(file)).toBeNull();
});

test("a file with other content counts as signed out", async () => {
  await writeFile(join(folder, "tokens.json"), "not json");
  expect(await readTokens(join(folder, "tokens.json"))).toBeNull();
});
