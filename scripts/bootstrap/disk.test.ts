import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { expectDiskSpace, prepareDataDirectory, room, type Want } from "./disk.mjs";
import { wants } from "./set-up.mjs";

const megabyte = 2 ** 20;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gatehouse-room-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const sum = (wanted: readonly Want[]) => wanted.reduce((total, { megabytes }) => total + megabytes, 0);

describe("room on the disk", () => {
  const disk = (free: number) => () => ({ disk: 1, free: free * megabyte });

  test("that is enough is nothing to speak of", () => {
    expect(() => expectDiskSpace([{ place: "/a", megabytes: 100 }], disk(100))).not.toThrow();
  });

  test("that is too little is one sentence with what is there and what is needed", () => {
    expect(() => expectDiskSpace([{ place: "/a", megabytes: 100 }], disk(99.9))).toThrow(
      "the disk that holds /a has 99 MB left, and this needs 100 MB. " +
        "Make room and start again; nothing that was acknowledged is lost.",
    );
  });

  test("counts together for what goes to one disk", () => {
    const both = [
      { place: "/a", megabytes: 60 },
      { place: "/b", megabytes: 60 },
    ];
    expect(() => expectDiskSpace(both, disk(100))).toThrow("/a has 100 MB left, and this needs 120 MB");
    expect(() =>
      expectDiskSpace(both, (place) => ({ disk: place === "/a" ? 1 : 2, free: 100 * megabyte })),
    ).not.toThrow();
  });

  test("is measured where a place is not there yet", () => {
    expect(() => expectDiskSpace([{ place: join(directory, "not", "yet"), megabytes: 0 }])).not.toThrow();
    expect(() => expectDiskSpace([{ place: join(directory, "not", "yet"), megabytes: 2 ** 40 }])).toThrow(
      /MB left/,
    );
  });
});

describe("what is asked for", () => {
  test("a first database is, and one that is there is not asked for again", () => {
    const asked: number[] = [];
    const prepare = () => prepareDataDirectory(directory, (wanted) => asked.push(sum(wanted)));
    prepare();
    mkdirSync(join(directory, "postgres"));
    prepare();
    expect(asked).toEqual([room.aStart + room.firstDatabase, room.aStart]);
  });

  test("packages and builds are where they lack, npm's own copies where it has none", () => {
    const npm = { npm_config_cache: join(directory, "npm") };
    const asked = (given: { installed: boolean; built: boolean }) =>
      sum(wants({ ...given, environment: npm }));
    expect(asked({ installed: false, built: false })).toBe(room.packages + room.builds + room.npmCache);
    expect(asked({ installed: true, built: false })).toBe(room.builds);
    expect(asked({ installed: true, built: true })).toBe(0);
    mkdirSync(join(npm.npm_config_cache, "_cacache"), { recursive: true });
    expect(asked({ installed: false, built: true })).toBe(room.packages);
  });
});
