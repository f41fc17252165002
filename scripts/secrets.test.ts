import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readOrMakeSecrets, secretsOf } from "./secrets.mjs";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gatehouse-secrets-"));
  path = join(directory, "secrets.json");
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("secrets of a demo", () => {
  test("are made once, long enough, each its own", () => {
    const made = readOrMakeSecrets(directory, {});
    expect(Object.keys(made)).toEqual(["HUB_SECRETS", "SHOP_SITE_SECRET", "BANK_SITE_SECRET"]);
    expect(new Set(Object.values(made)).size).toBe(3);
    for (const secret of Object.values(made)) expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(readOrMakeSecrets(directory, {})).toEqual(made);
  });

  test("are for their owner's eyes, and nothing else is left in the folder", () => {
    readOrMakeSecrets(directory, {});
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(["secrets.json"]);
  });

  test("give way to the environment without being lost", () => {
    const made = readOrMakeSecrets(directory, {});
    const given = "g".repeat(40);
    expect(readOrMakeSecrets(directory, { HUB_SECRETS: given })).toEqual({ ...made, HUB_SECRETS: given });
    expect(readOrMakeSecrets(directory, {})).toEqual(made);
  });

  test("given by the environment are not written down", () => {
    const given = "g".repeat(40);
    readOrMakeSecrets(directory, { SHOP_SITE_SECRET: given });
    expect(readFileSync(path, "utf8")).not.toContain(given);
  });

  test.each(["", '{"HUB_SECRETS": "0123', "[]", "null", '"text"'])("a file with %j is made anew", (text) => {
    writeFileSync(path, text);
    const made = readOrMakeSecrets(directory, {});
    expect(Object.keys(JSON.parse(readFileSync(path, "utf8")))).toHaveLength(3);
    expect(readOrMakeSecrets(directory, {})).toEqual(made);
  });

  test("what is whole in a damaged file stays", () => {
    const kept = "k".repeat(64);
    writeFileSync(path, JSON.stringify({ HUB_SECRETS: kept, SHOP_SITE_SECRET: "short" }));
    const made = readOrMakeSecrets(directory, {});
    expect(made.HUB_SECRETS).toBe(kept);
    expect(made.SHOP_SITE_SECRET).toHaveLength(64);
  });
});

describe("what the apps are started with", () => {
  test("in production nothing is made, written or taken from a demo", () => {
    const made = readOrMakeSecrets(directory, {});
    const environment = { HUB_SECRETS: "h".repeat(32) };
    expect(secretsOf({ mode: "production", dataDirectory: directory, environment })).toEqual({});
    rmSync(path);
    secretsOf({ mode: "production", dataDirectory: directory, environment });
    expect(readdirSync(directory)).toEqual([]);
    expect(Object.values(made)).toHaveLength(3);
  });

  test("in a demo they are made", () => {
    const { HUB_SECRETS } = secretsOf({ mode: "demo", dataDirectory: directory, environment: {} });
    expect(HUB_SECRETS).toMatch(/^[0-9a-f]{64}$/);
  });
});
