import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { documentedSettings, referenceFile, writeReference } from "./reference.ts";
import { readSettings } from "./settings/env.ts";

const secrets = { HUB_SECRETS: "s".repeat(32) };

test("docs/reference.md is current (else: npx node apps/hub/src/reference.ts)", () => {
  const text = readFileSync(referenceFile, "utf8");
  expect(text).toBe(writeReference(text));
});

test("a file without the marks of a section is refused", () => {
  expect(() => writeReference("# Reference\n")).toThrow("lacks the marks of the part settings");
});

describe(".env.example", () => {
  /** Names that the parser asked the environment for. */
  function namesRead(given: Readonly<Record<string, string>>): Set<string> {
    const names = new Set<string>();
    readSettings(
      new Proxy(given, {
        get(target, name) {
          names.add(String(name));
          return Reflect.get(target, name);
        },
      }),
    );
    return names;
  }

  test("has every setting that the hub reads", () => {
    const read = namesRead({ ...secrets, HUB_MODE: "test", TEST_DOOR_KEY: "k".repeat(32) });
    // HUB_DEV is how `npm run dev` tells the hub to reload; operators never set it.
    read.delete("HUB_DEV");
    const documented = documentedSettings().map(({ name }) => name);
    expect(documented).toEqual(expect.arrayContaining([...read]));
    expect(documentedSettings().filter(({ meaning }) => meaning === "")).toEqual([]);
  });

  test("has the defaults of the hub", () => {
    const fixed = documentedSettings().filter(({ value }) => value !== "");
    // The two folders are relative to the repository there, and absolute in the settings.
    const names = fixed.map(({ name }) => name).filter((name) => !/^(DATA|SITES)_DIR$/.test(name));
    const given = Object.fromEntries(fixed.map(({ name, value }) => [name, value]));
    const chosen = Object.fromEntries(names.map((name) => [name, given[name]]));
    const known = ({ lookUp: _, ...settings }: ReturnType<typeof readSettings>) => settings;
    expect(names.length).toBeGreaterThan(10);
    expect(known(readSettings({ ...secrets, ...chosen }))).toEqual(known(readSettings(secrets)));
  });
});
