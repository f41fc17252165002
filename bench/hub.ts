/** Starts the hub with an embedded database of its own, and the bare server beside it. */
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Database, openDatabase } from "@gatehouse/database";
import type { Processes } from "./process-usage.ts";
import type { Stage } from "./stage.ts";
import { freePort, type Started } from "./start-server.ts";

const root = join(import.meta.dirname, "..");

export const siteSecret = "bench".repeat(8);

/** A site that may act for people at the shop, and speaks OpenID Connect with everything that a site can use. */
const portal = {
  id: "portal",
  name: "Portal",
  url: "https://portal.localhost/",
  firstParty: true,
  secret: { environment: "PORTAL_SITE_SECRET" },
  cas: {
    services: ["https://portal.localhost/callback"],
    proxy: { callbacks: ["https://portal.localhost/pgt"], targets: ["shop"] },
  },
  oidc: {
    redirectUris: ["https://portal.localhost/callback"],
    grants: ["authorization_code", "refresh_token", "client_credentials"],
    scopes: ["openid", "profile", "email", "offline_access"],
    idTokenAlgorithm: "ES256",
  },
};

export interface BenchedHub extends Started {
  readonly publicUrl: string;
  readonly dataDirectory: string;
  readonly sites: Readonly<Record<"shop" | "bank", { readonly port: number; readonly url: string }>>;
  /** A service of the shop's that tickets are issued for. */
  readonly service: string;
  readonly processes: { readonly hub: Processes; readonly database: Processes };
}

/**
 * The hub as it is shipped, with the demo's people and without the throttle. Whatever `DATABASE_URL` says is not
 * looked at: benchmarks fill tables.
 *
 * @param more replaces settings
 */
export async function startHub(stage: Stage, more: Record<string, string> = {}): Promise<BenchedHub> {
  const [dataDirectory, port] = [await stage.folder(), await freePort()];
  const publicUrl = `http://hub.localhost:${port}`;
  const sites = { shop: await siteAt("shop"), bank: await siteAt("bank") };
  const started = await stage.start({
    command: ["node", "server.ts"],
    directory: "apps/hub",
    port,
    path: "/readyz",
    environment: {
      DATABASE_URL: "",
      DATA_DIR: dataDirectory,
      SITES_DIR: await writeSites(dataDirectory),
      HUB_MODE: "demo",
      HUB_PORT: String(port),
      HUB_URL: publicUrl,
      HUB_SECRETS: siteSecret,
      LOGIN_THROTTLE: "off",
      SHOP_URL: sites.shop.url,
      BANK_URL: sites.bank.url,
      SHOP_SITE_SECRET: siteSecret,
      BANK_SITE_SECRET: siteSecret,
      PORTAL_SITE_SECRET: siteSecret,
      ...more,
    },
  });
  const service = `${sites.shop.url}/api/auth/callback/gatehouse?state=bench`;
  const processes = { hub: { pid: started.pid }, database: await findDatabase(dataDirectory) };
  return { ...started, publicUrl, dataDirectory, sites, service, processes };
}

async function siteAt(name: string) {
  const port = await freePort();
  return { port, url: `http://${name}.localhost:${port}` };
}

async function writeSites(directory: string): Promise<string> {
  const sites = join(directory, "sites");
  await mkdir(sites);
  const ours = join(root, "apps/hub/sites");
  for (const name of await readdir(ours)) await copyFile(join(ours, name), join(sites, name));
  await writeFile(join(sites, "portal.json"), JSON.stringify(portal));
  return sites;
}

/** The first process of the embedded PostgreSQL, which starts one per connection. */
async function findDatabase(dataDirectory: string): Promise<Processes> {
  const file = await readFile(join(dataDirectory, "postgres/postmaster.pid"), "utf8");
  return { pid: Number(file.split("\n", 1)[0]), withChildren: true };
}

/** Runs the statements of the hub's rounds on the same database. */
export async function startBareServer(
  stage: Stage,
  hub: BenchedHub,
): Promise<Started & { readonly processes: Readonly<Record<string, Processes>> }> {
  const port = await freePort();
  const started = await stage.start({
    command: ["node", "bare-server.ts"],
    directory: "bench",
    port,
    path: "/",
    environment: { DATA_DIR: hub.dataDirectory, PORT: String(port) },
  });
  return { ...started, processes: { server: { pid: started.pid }, database: hub.processes.database } };
}

/** Joins the embedded database of a hub that runs, for as long as `use` takes. */
export async function withDatabase<Result>(
  { dataDirectory }: BenchedHub,
  use: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase({ dataDirectory, idleSeconds: 1800, maxSeconds: 86_400 });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}
