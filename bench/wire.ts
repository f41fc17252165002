/** Bytes that a browser with an empty cache receives for a page, headers included, without TLS. */
import { get as request } from "node:http";
import { startHub } from "./hub.ts";
import type { Line, Measurement } from "./measurement.ts";
import { startSite } from "./sites.ts";
import { onStage } from "./stage.ts";

interface Resource {
  readonly path: string;
  readonly bytes: number;
}

interface Fetched extends Resource {
  readonly type: string;
  readonly text: string;
}

export function measureWire(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage);
    const shop = await startSite(stage, hub, "shop");
    const bank = await startSite(stage, hub, "bank");
    const pages = {
      "sign-in page": { url: `${hub.url}/cas/login?service=${encodeURIComponent(hub.service)}`, atMost: 40 },
      "front page of the shop": { url: `${shop.url}/`, atMost: 120 },
      "front page of the bank": { url: `${bank.url}/`, atMost: 120 },
    };
    const measured: Record<string, readonly Resource[]> = {};
    const lines: Line[] = [];
    for (const [name, { url, atMost }] of Object.entries(pages)) {
      const resources = await load(url);
      measured[name] = resources;
      const kilobytes = Math.round(resources.reduce((sum, { bytes }) => sum + bytes, 0) / 100) / 10;
      const detail = `${resources.length} resources, the largest ${largest(resources)}`;
      lines.push({ name, figure: kilobytes, aim: { atMost }, detail });
    }
    return { title: "Page with an empty cache, in kB over the network", lines, measured };
  });
}

/** The page, all that its markup loads, and all that its style sheets load for Latin text. */
async function load(url: string): Promise<readonly Resource[]> {
  const page = await fetchOnce(url);
  if (page.type !== "text/html") throw new Error(`${url} answered with ${page.type || "nothing"}`);
  const loaded = new Map<string, Fetched>([[url, page]]);
  const queue = resourcesOfPage(page.text).map((address) => new URL(address, url).href);
  for (let address = queue.shift(); address !== undefined; address = queue.shift()) {
    if (loaded.has(address)) continue;
    const resource = await fetchOnce(address);
    loaded.set(address, resource);
    if (resource.type === "text/css")
      queue.push(...resourcesOfStyles(resource.text).map((path) => new URL(path, address).href));
  }
  return [...loaded.values()].map(({ path, bytes }) => ({ path, bytes }));
}

/** Scripts for browsers without modules are not loaded, and a page without an icon is asked for one. */
function resourcesOfPage(html: string): readonly string[] {
  const tags = [...html.matchAll(/<(?:script|link|img)\b[^>]*>/g)].map(([tag]) => tag);
  const attribute = (tag: string, name: string) =>
    new RegExp(`\\s${name}="([^"]*)"`, "i").exec(tag)?.[1] ?? "";
  const isLoaded = (tag: string) =>
    !/\snomodule/i.test(tag) &&
    (!tag.startsWith("<link") || /stylesheet|preload|icon|manifest/.test(attribute(tag, "rel")));
  const addresses = tags
    .filter(isLoaded)
    .map((tag) => (attribute(tag, "src") || attribute(tag, "href")).replaceAll("&amp;", "&"))
    .filter((address) => address !== "" && !address.startsWith("data:"));
  return tags.some((tag) => /icon/.test(attribute(tag, "rel"))) ? addresses : [...addresses, "/favicon.ico"];
}

/** Fonts of other scripts than Latin are not loaded. */
function resourcesOfStyles(css: string): readonly string[] {
  const otherFonts = /@font-face\s*\{(?=[^}]*unicode-range:)(?![^}]*unicode-range:\s*U\+0{1,4}\b)[^}]*\}/gi;
  return [...css.replaceAll(otherFonts, "").matchAll(/url\(["']?([^"')]+)["']?\)/g)]
    .map(([, address = ""]) => address)
    .filter((address) => !address.startsWith("data:"));
}

/** Over a connection of its own, whose bytes are counted. The text comes uncompressed from a second request. */
async function fetchOnce(url: string): Promise<Fetched> {
  const bytes = await bytesOf(url);
  const response = await fetch(url, { headers: { "accept-encoding": "identity" } });
  const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
  return { path: new URL(url).pathname, bytes, type, text: await response.text() };
}

function bytesOf(url: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = { "accept-encoding": "gzip, deflate, br, zstd" };
  request(url, { headers, agent: false }, (response) => {
    response.on("end", () => resolve(response.socket.bytesRead)).on("error", reject);
    response.resume();
  }).on("error", reject);
  return promise;
}

function largest(resources: readonly Resource[]): string {
  const { path, bytes } = resources.toSorted((a, b) => b.bytes - a.bytes)[0] ?? { path: "none", bytes: 0 };
  return `${(bytes / 1000).toFixed(1)} kB: ${path}`;
}
