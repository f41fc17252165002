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
  readonly shopPort: number;
  readonly shopUrl: string;
  /** A service of the shop's that tickets are issued for. */
  readonly service: string;
  readonly processes: { readonly hub: Processes; readonly database: Processes };
}

/**
 * The hub as it is shipped, with the demo's people and without the throttle. Whatever `DATABASE_URL` says is not
 * looked at: benchmarks fill tables.
 */
export async function startHub(stage: Stage): Promise<BenchedHub> {
  const [dataDirectory, port, shopPort] = [await stage.folder(), await freePort(), await freePort()];
  const publicUrl = `http://hub.localhost:${port}`;
  const shopUrl = `http://shop.localhost:${shopPort}`;
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
      SHOP_URL: shopUrl,
      BANK_URL: "http://bank.localhost:1",
      SHOP_SITE_SECRET: siteSecret,
      BANK_SITE_SECRET: siteSecret,
      PORTAL_SITE_SECRET: siteSecret,
    },
  });
  const service = `${shopUrl}/api/auth/callback/gatehouse?state=bench`;
  const processes = { hub: { pid: started.pid }, database: await findDatabase(dataDirectory) };
  return { ...started, publicUrl, dataDirectory, shopPort, shopUrl, service, processes };
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

/** Joins the embedded database of a hub that runs. */
export async function joinDatabase(stage: Stage, hub: BenchedHub): Promise<Database> {
  const life = { idleSeconds: 1800, maxSeconds: 86_400 };
  const database = await openDatabase({ dataDirectory: hub.dataDirectory, ...life });
  stage.atEnd(() => database.close());
  return database;
}
