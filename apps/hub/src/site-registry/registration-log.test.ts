/** Log lines about registrations, over several readings of one folder. */
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createMemoryLog } from "../test-support/memory-log.ts";
import { openSiteRegistry, type SiteRegistry } from "./site-registry.ts";

let directory: string;
let sites: SiteRegistry;
const { log, lines } = createMemoryLog();
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "gatehouse-sites-"));
  lines.length = 0;
});
afterEach(async () => {
  sites.close();
  await rm(directory, { recursive: true, force: true });
});

/** Writes a file and renames it, so that no reading finds a partial file. */
async function write(id: string, more: object = {}): Promise<void> {
  const site = { id, name: id, url: `https://${id}.example/`, firstParty: true, ...more };
  await writeFile(join(directory, `${id}.new`), JSON.stringify(site));
  await rename(join(directory, `${id}.new`), join(directory, `${id}.json`));
}

/** Reads the folder twice, and returns the log lines since the last call. */
async function said(): Promise<string[]> {
  await sites.reload();
  await sites.reload();
  return lines.splice(0).map((line) => {
    const { level, event, site, file } = JSON.parse(line);
    return `${level} ${event} ${site ?? file}`;
  });
}

async function open(): Promise<void> {
  sites = await openSiteRegistry({ directory, lookUp: () => undefined, log });
}

test("each registration that is added, changed or removed is logged once", async () => {
  await write("shop");
  await open();
  expect(await said()).toEqual(["info site.registered shop"]);
  await write("bank");
  expect(await said()).toEqual(["info site.registered bank"]);
  await write("shop", { name: "Corner Shop" });
  expect(await said()).toEqual(["info site.changed shop"]);
  await write("shop", { name: "Corner Shop", secret: { sha256: "a".repeat(64) } });
  expect(lines.join()).not.toContain("aaaa");
  expect(await said()).toEqual(["info site.changed shop"]);
  await write("shop", { name: "Corner Shop", secret: { sha256: "a".repeat(64) } });
  expect(await said()).toEqual([]);
  await rm(join(directory, "shop.json"));
  expect(await said()).toEqual(["info site.removed shop"]);
});

test("a refused registration is logged once per change, and again when it is valid", async () => {
  await write("shop");
  await write("bank", { name: 7 });
  await open();
  expect(await said()).toEqual(["error site.refused bank.json", "info site.registered shop"]);
  await write("bank", { name: 8 });
  expect(await said()).toEqual(["error site.refused bank.json"]);
  await write("shop", { url: "nowhere" });
  expect(await said()).toEqual(["error site.refused shop.json"]);
  await write("shop", { url: "elsewhere" });
  expect(await said()).toEqual(["error site.refused shop.json"]);
  await write("shop");
  expect(await said()).toEqual(["info site.corrected shop"]);
  await rm(join(directory, "bank.json"));
  expect(await said()).toEqual([]);
});

test("a file with several faults is one line, with the first as field and reason", async () => {
  await write("bank", { name: 7, urls: [] });
  await open();
  expect(JSON.parse(lines[0] ?? "{}")).toMatchObject({
    event: "site.refused",
    file: "bank.json",
    field: "name",
    reason: "should be text, and is a number",
    others: [{ field: "urls", reason: "is not known; did you mean url?" }],
  });
});
