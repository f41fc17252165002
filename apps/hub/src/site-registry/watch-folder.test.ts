/** A folder whose name comes to mean another folder, as the registry sees it. */
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../test-support/eventually.ts";
import { createMemoryLog } from "../test-support/memory-log.ts";
import { openSiteRegistry, type SiteRegistry } from "./site-registry.ts";

let parent: string;
let directory: string;
let sites: SiteRegistry;
const { log, lines } = createMemoryLog();
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "gatehouse-sites-"));
  directory = join(parent, "sites");
  lines.length = 0;
});
afterEach(async () => {
  sites.close();
  await rm(parent, { recursive: true, force: true });
});

async function write(folder: string, id: string): Promise<void> {
  const site = { id, name: id, url: `https://${id}.example/`, firstParty: true };
  await writeFile(join(folder, `${id}.json`), JSON.stringify(site));
}

async function makeFolder(name: string, ...registered: readonly string[]): Promise<string> {
  const folder = join(parent, name);
  await mkdir(folder);
  for (const id of registered) await write(folder, id);
  return folder;
}

async function open(recheckMilliseconds: number): Promise<void> {
  sites = await openSiteRegistry({ directory, lookUp: () => undefined, log, recheckMilliseconds });
}

const expectSites = (...registered: readonly string[]) =>
  eventually(() => expect(sites.list().map(({ id }) => id)).toEqual(registered));

describe("the slow re-check", () => {
  test("keeps the sites of a deleted folder, reports it once, and watches the folder again when it is back", async () => {
    await makeFolder("sites", "shop");
    await open(60);
    await rename(directory, join(parent, "away"));
    const unreadable = () => lines.filter((line) => line.includes("sites.unreadable"));
    await eventually(() => expect(unreadable()).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(unreadable()).toHaveLength(1);
    await expectSites("shop");
    await makeFolder("sites", "bank");
    await expectSites("bank");
    await write(directory, "news");
    await expectSites("bank", "news");
  });

  test("detects another folder behind a link", async () => {
    await symlink(await makeFolder("first", "shop"), directory);
    await open(60);
    await symlink(await makeFolder("second", "bank"), join(parent, "link"));
    await rename(join(parent, "link"), directory);
    await expectSites("bank");
  });

  test("detects a replaced folder, and watches it", async () => {
    await makeFolder("sites", "shop");
    await open(60);
    const next = await makeFolder("next", "bank");
    await rename(directory, join(parent, "before"));
    await rename(next, directory);
    await expectSites("bank");
    await write(directory, "news");
    await expectSites("bank", "news");
  });
});

test("reads nothing after close", async () => {
  await makeFolder("sites");
  await open(20);
  const closed = sites;
  closed.close();
  await open(20);
  await write(directory, "shop");
  await expectSites("shop");
  await write(directory, "tea");
  await expectSites("shop", "tea");
  expect(closed.list()).toEqual([]);
});
