/** A real hub on a real PostgreSQL and a free port, for tests. Nothing of the product imports this. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo, Server as Listener } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testClockOf } from "@gatehouse/database/test-clock";
import { hashPassword } from "./credential/password.ts";
import { hubRoutes, hubServer } from "./hub.ts";
import { type Hub, openHub } from "./open-hub.ts";
import type { Frontend } from "./server/frontend.ts";
import { readSettings } from "./settings/env.ts";
import { createMovableClock } from "./test-door/movable-clock.ts";
import { createFrontendStandIn, type FrontendStandIn } from "./test-support/frontend-stand-in.ts";
import { createMemoryLog } from "./test-support/memory-log.ts";
import type { Credentials } from "./test-support/test-browser.ts";
import { createTestDatabase } from "./test-support/test-database.ts";
import { openTestSite, type TestSite } from "./test-support/test-site.ts";

export { type BrowserAnswer, TestBrowser } from "./test-support/test-browser.ts";
export type { TestSite } from "./test-support/test-site.ts";

export const testDoorKey = "the-key-of-the-test-door-of-this-run";

/** A user who can sign in. */
export interface TestPerson extends Credentials {
  readonly id: string;
}

export interface TestHub {
  readonly hub: Hub;
  /** The public origin, `HUB_URL`. */
  readonly origin: string;
  /** The port on 127.0.0.1 that the hub listens on. */
  readonly port: number;
  readonly sitesDirectory: string;
  readonly shop: TestSite;
  readonly bank: TestSite;
  /** Requests that reached the stand-in for the built screens. */
  readonly asked: Pick<FrontendStandIn, "drawn" | "files">;
  /** Lines of the log. */
  readonly lines: readonly string[];
  /** Moves the hub's time and the database's. */
  advance(seconds: number): Promise<void>;
  createPerson(more?: Partial<Credentials>): Promise<TestPerson>;
  close(): Promise<void>;
}

export interface TestHubOverrides {
  /** Settings as `.env` has them; what is not given suits a test. */
  readonly environment?: Readonly<Record<string, string>>;
  /** More registrations, or others for `shop` and `bank`, by id. */
  readonly sites?: (sites: { readonly shop: TestSite; readonly bank: TestSite }) => Record<string, object>;
  /** Listens already, where `HUB_URL` says: for clients that go where the hub sends them. */
  readonly listener?: Listener;
  /** Replaces parts of the stand-in for the built screens. */
  readonly frontend?: Partial<Frontend>;
  /** Replaces parts of the opened hub. */
  readonly hub?: (hub: Hub) => Partial<Hub>;
}

/** Opens one. The throttle is off unless `LOGIN_THROTTLE` says otherwise; the mode is `test`. */
export async function openTestHub(overrides: TestHubOverrides = {}): Promise<TestHub> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-test-hub-"));
  const [shop, bank] = await Promise.all([openTestSite("shop"), openTestSite("bank")]);
  const sites = {
    shop: shop.registration(),
    bank: bank.registration(),
    ...overrides.sites?.({ shop, bank }),
  };
  for (const [id, site] of Object.entries(sites))
    await writeFile(join(folder, `${id}.json`), JSON.stringify(site));
  const environment = await environmentOf(folder, { shop, bank }, overrides);
  const settings = readSettings(environment);
  const { log, lines } = createMemoryLog();
  const clock = createMovableClock();
  const opened = await openHub(settings, log, clock.now);
  const hub = { ...opened, ...overrides.hub?.(opened) };
  const { frontend, ...asked } = createFrontendStandIn();
  const routes = hubRoutes(hub, settings.mode === "test" ? clock : undefined);
  const server = hubServer(hub, routes, { ...frontend, ...overrides.frontend }).listen(
    overrides.listener ?? { port: 0, host: "127.0.0.1" },
  );
  await once(server, "listening");
  return {
    hub,
    origin: settings.hubUrl,
    port: (server.address() as AddressInfo).port,
    sitesDirectory: folder,
    shop,
    bank,
    asked,
    lines,
    async advance(seconds) {
      clock.advance(seconds);
      await testClockOf(hub.database).advance(seconds);
    },
    createPerson: (more) => createPerson(hub, more),
    async close() {
      await closeServer(server);
      await opened.close();
      await Promise.all([shop.close(), bank.close(), rm(folder, { recursive: true, force: true })]);
    },
  };
}

async function environmentOf(
  folder: string,
  { shop, bank }: { readonly shop: TestSite; readonly bank: TestSite },
  { environment = {} }: TestHubOverrides,
): Promise<Record<string, string>> {
  return {
    HUB_MODE: "test",
    TEST_DOOR_KEY: testDoorKey,
    HUB_SECRETS: "a secret of this test run alone with 32 characters",
    DATABASE_URL: environment.DATABASE_URL ?? (await createTestDatabase()),
    SITES_DIR: folder,
    SHOP_SITE_SECRET: shop.secret,
    BANK_SITE_SECRET: bank.secret,
    LOGIN_THROTTLE: "off",
    ALLOW_LOOPBACK_SITES: "on",
    ...environment,
  };
}

async function createPerson(hub: Hub, more: Partial<Credentials> = {}): Promise<TestPerson> {
  const username = more.username ?? `p${randomUUID().slice(0, 8)}`;
  const password = more.password ?? `the password of ${username}`;
  const { id } = await hub.database.people.create({
    username,
    name: `Person ${username}`,
    email: `${username}@example.com`,
    operator: false,
    password: { hash: await hashPassword(password), standsAlone: true },
  });
  return { id, username, password };
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
