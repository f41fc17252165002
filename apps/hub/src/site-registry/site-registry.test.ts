import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseService } from "@gatehouse/cas/server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Mode } from "../settings/env.ts";
import { SettingsError } from "../settings/start-errors.ts";
import { eventually } from "../test-support/eventually.ts";
import { createMemoryLog } from "../test-support/memory-log.ts";
import { openSiteRegistry, rulesOfMode, type SiteRegistry } from "./site-registry.ts";

const secret = "a secret of a site with enough characters";
let directory: string;
let registry: SiteRegistry | undefined;
const { log, lines } = createMemoryLog();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "gatehouse-sites-"));
  lines.length = 0;
});
afterEach(async () => {
  registry?.close();
  registry = undefined;
  await rm(directory, { recursive: true, force: true });
});

const write = (id: string, more: object = {}) =>
  writeFile(
    join(directory, `${id}.json`),
    JSON.stringify({
      id,
      name: id.toUpperCase(),
      url: `https://${id}.example/`,
      firstParty: true,
      secret: { environment: "SITE_SECRET" },
      cas: { services: [`https://${id}.example/callback`] },
      ...more,
    }),
  );

async function open(): Promise<SiteRegistry> {
  registry = await openSiteRegistry({
    directory,
    lookUp: (name) => (name === "SITE_SECRET" ? secret : undefined),
    log,
  });
  return registry;
}

const ids = (sites: SiteRegistry) => sites.list().map(({ id }) => id);

test("sites are found by id, by service, by return address, and listed by name", async () => {
  await write("shop", { name: "Zebra" });
  await write("bank");
  await writeFile(join(directory, "README.md"), "not a registration");
  const sites = await open();
  expect(ids(sites)).toEqual(["bank", "shop"]);
  expect(sites.find("shop")?.name).toBe("Zebra");
  expect(sites.find("nobody")).toBeUndefined();
  const service = (url: string) => sites.findByService(parseService(url))?.id;
  expect(service("https://shop.example/callback?state=1")).toBe("shop");
  expect(service("https://shop.example/")).toBeUndefined();
  const back = (url: string) => sites.findByReturnAddress(parseService(url))?.id;
  expect(back("https://shop.example/")).toBe("shop");
  expect(back("https://bank.example/callback")).toBe("bank");
  expect(back("https://shop.example/elsewhere")).toBeUndefined();
  expect(sites.refused()).toEqual([]);
});

test("a site authenticates only with its own secret", async () => {
  await write("shop");
  await write("mute", { secret: undefined });
  const sites = await open();
  expect(sites.authenticate("shop", secret)?.id).toBe("shop");
  for (const [id, given] of [
    ["shop", ""],
    ["shop", `${secret} `],
    ["nobody", secret],
    ["mute", secret],
    ["mute", ""],
    ["nobody", ""],
  ] as const)
    expect(sites.authenticate(id, given), `${id}:${given}`).toBeUndefined();
});

test("a wrong file is refused with file, field and reason, and the others are accepted", async () => {
  await write("shop");
  await write("bank", { url: "nowhere" });
  await writeFile(join(directory, "broken.json"), "{");
  const sites = await open();
  expect(ids(sites)).toEqual(["shop"]);
  expect(sites.refused().map(({ file, field }) => [file, field])).toEqual([
    ["bank.json", "url"],
    ["broken.json", "(file)"],
  ]);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: "error", file: "bank.json", field: "url", kept: false }),
    expect.objectContaining({ level: "error", file: "broken.json", field: "(file)", kept: false }),
    expect.objectContaining({ level: "info", event: "site.registered", site: "shop" }),
  ]);
});

test("of two sites that claim one service the later by name is refused, and learns the owner", async () => {
  await write("bank", { cas: { services: ["https://shop.example/*"] } });
  await write("shop");
  const sites = await open();
  expect(ids(sites)).toEqual(["bank"]);
  const [refusal] = sites.refused();
  expect(refusal).toMatchObject({ file: "shop.json", field: "cas.services.0" });
  expect(refusal?.reason).toContain("the site bank,");
  expect(sites.findByService(parseService("https://shop.example/callback"))?.id).toBe("bank");
});

test("a folder that cannot be read stops the start with the setting's name", async () => {
  const missing = { directory: join(directory, "missing"), lookUp: () => undefined, log };
  await expect(openSiteRegistry(missing)).rejects.toThrow(SettingsError);
  await expect(openSiteRegistry(missing)).rejects.toMatchObject({ setting: "SITES_DIR" });
});

describe("without a restart", () => {
  test("a changed file is loaded", async () => {
    await write("shop");
    const sites = await open();
    await write("shop", { name: "Renamed" });
    await eventually(() => expect(sites.find("shop")?.name).toBe("Renamed"));
  });

  test("a new file is loaded, also one that was renamed into place", async () => {
    const sites = await open();
    expect(ids(sites)).toEqual([]);
    await write("bank");
    await write("shop");
    await rename(join(directory, "shop.json"), join(directory, "shop.json.new"));
    await rename(join(directory, "shop.json.new"), join(directory, "shop.json"));
    await eventually(() => expect(ids(sites)).toEqual(["bank", "shop"]));
  });

  test("a site whose file is deleted is no longer registered", async () => {
    await write("shop");
    await write("bank");
    const sites = await open();
    await rm(join(directory, "shop.json"));
    await eventually(() => expect(ids(sites)).toEqual(["bank"]));
    expect(sites.authenticate("shop", secret)).toBeUndefined();
  });

  test("a file that becomes wrong keeps its site as it was, and is loaded when it is right again", async () => {
    await write("shop", { name: "Before" });
    const sites = await open();
    await write("shop", { name: 7 });
    await eventually(() => expect(sites.refused()).toHaveLength(1));
    expect(sites.find("shop")?.name).toBe("Before");
    expect(JSON.parse(lines.at(-1) ?? "{}")).toMatchObject({ file: "shop.json", field: "name", kept: true });
    await write("a-shop", { cas: { services: ["https://shop.example/callback"] } });
    await eventually(() => expect(sites.refused()).toHaveLength(2));
    expect(ids(sites)).toEqual(["shop"]);
    await rm(join(directory, "a-shop.json"));
    await write("shop", { name: "After" });
    await eventually(() => expect(sites.find("shop")?.name).toBe("After"));
    expect(sites.refused()).toEqual([]);
  });

  test("a file whose id becomes wrong keeps its site, and takes no other's place", async () => {
    await write("shop");
    await write("bank");
    const sites = await open();
    await write("shop", { id: "bank", name: "Not the bank" });
    await sites.reload();
    expect(sites.find("bank")?.name).toBe("BANK");
    expect(sites.find("shop")?.name).toBe("SHOP");
  });
});

test("concurrent calls of reload share one reading", async () => {
  const sites = await open();
  const [first, second] = [sites.reload(), sites.reload()];
  expect(first).toBe(second);
  await first;
});

describe("CAS 2.1.1 in production services are https", () => {
  const services = (...list: string[]) => ({ cas: { services: list } });
  const openWith = async (plainHttp: "allowed" | "refused") => {
    registry = await openSiteRegistry({ directory, lookUp: () => secret, log, plainHttp });
    return registry;
  };

  test("one with plain http is refused with its position, and the others are accepted", async () => {
    await write("wiki", services("https://wiki.example/a", "http://wiki.example/b"));
    await write("shop");
    const { list, refused } = await openWith("refused");
    expect(list().map(({ id }) => id)).toEqual(["shop"]);
    expect(refused()).toMatchObject([{ file: "wiki.json", field: "cas.services.1" }]);
    expect(refused()[0]?.reason).toMatch(/^should begin with https:\/\/ in production/);
  });

  test.each([
    "http://localhost:8080/a",
    "http://wiki.localhost/a",
    "http://127.0.0.1:81/a",
    "http://[::1]/a",
  ])("loopback services may use http: %s", async (service) => {
    await write("wiki", services(service));
    expect((await openWith("refused")).refused()).toEqual([]);
  });

  test("outside production http is allowed", async () => {
    await write("wiki", services("http://wiki.example/b"));
    expect((await openWith("allowed")).refused()).toEqual([]);
  });
});

describe("the demo's sites", () => {
  const openIn = async (mode: Mode, folder = directory) => {
    registry = await openSiteRegistry({
      directory: folder,
      lookUp: () => undefined,
      log,
      ...rulesOfMode(mode),
    });
    return registry;
  };

  test("production serves none of the demo sites in the repository, and reports no fault in them", async () => {
    const sites = await openIn("production", resolve(import.meta.dirname, "../../sites"));
    expect([sites.list(), sites.refused()]).toEqual([[], []]);
    expect(sites.leftOut()).toEqual(["bank.json", "budget.json", "shop.json"]);
  });

  test("a registration belongs to the demo as long as it says so", async () => {
    const more = { secret: undefined };
    await write("shop", { ...more, demo: true });
    await write("bank", { ...more, demo: false });
    const sites = await openIn("production");
    expect([ids(sites), sites.leftOut()]).toEqual([["bank"], ["shop.json"]]);
    await write("shop", more);
    await write("bank", { ...more, demo: true });
    await sites.reload();
    expect([ids(sites), sites.leftOut()]).toEqual([["shop"], ["bank.json"]]);
  });

  test.each<Mode>(["demo", "test"])("mode %s serves them", async (mode) => {
    await write("shop", { secret: undefined, demo: true });
    const sites = await openIn(mode);
    expect([ids(sites), sites.leftOut()]).toEqual([["shop"], []]);
  });
});
