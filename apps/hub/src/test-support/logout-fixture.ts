/** Sites that are told of sign-outs, and a dispatcher that tells them; no hub around it. */

import { createTicketId } from "@gatehouse/cas/server";
import type { Database } from "@gatehouse/database";
import { testClockOf } from "@gatehouse/database/test-clock";
import { poolOf } from "@gatehouse/database/test-pool";
import { createLogoutDispatcher, type LogoutDispatcher } from "../logout/logout-dispatcher.ts";
import { createOutbound, type Outbound } from "../outbound/outbound.ts";
import { parseRegistration } from "../site-registry/registered-site.ts";
import { createMemoryLog } from "./memory-log.ts";
import { openTestDatabase } from "./test-database.ts";
import { openTestSite, type TestSite } from "./test-site.ts";

export const now = new Date("2026-11-21T12:00:00Z");
const { log, lines } = createMemoryLog();

/** Log lines since the test began. */
export { lines };
export let database: Database;
export let shop: TestSite;
export let bank: TestSite;
/** Registrations by site id; a test removes one to unregister its site. */
export let registrations: Map<string, object>;
let outbound: Outbound;
let personId: string;

export async function openLogoutFixture(): Promise<void> {
  database = await openTestDatabase();
  outbound = createOutbound({ allowLoopback: true, certificateAuthorityFile: undefined });
  [shop, bank] = await Promise.all([openTestSite("shop"), openTestSite("bank")]);
  const about = { username: "p", name: "P", email: "p@example.com", operator: false, password: null };
  personId = (await database.people.create(about)).id;
}

export async function closeLogoutFixture(): Promise<void> {
  await Promise.all([database.close(), outbound.close(), shop.close(), bank.close()]);
}

/** Before each test: empties the queue, and lets the sites answer. */
export async function resetLogoutFixture(): Promise<void> {
  await testClockOf(database).reset();
  await poolOf(database).query("TRUNCATE logout_deliveries, sessions CASCADE");
  for (const site of [shop, bank]) {
    site.forget();
    site.answerWith(200);
  }
  lines.length = 0;
  registrations = new Map([shop, bank].map((site) => [site.id, site.registration({ secret: undefined })]));
}

const dispatchers: LogoutDispatcher[] = [];
/** After each test. */
export async function closeDispatchers(): Promise<void> {
  await Promise.all(dispatchers.splice(0).map((dispatcher) => dispatcher.close()));
}

export function openDispatcher(calls = outbound): LogoutDispatcher {
  const find = (id: string) => {
    const site = registrations.get(id);
    return site && parseRegistration(`${id}.json`, JSON.stringify(site), () => undefined);
  };
  const dispatcher = createLogoutDispatcher({
    deliveries: database.logoutDeliveries,
    sites: { find },
    outbound: calls,
    clock: () => now,
    signLogoutToken: async (site, sid) => `token for ${site.id} of ${sid}`,
    log,
  });
  dispatchers.push(dispatcher);
  return dispatcher;
}

export interface EndedSession {
  readonly id: string;
  /** Of the sites' sign-ins, in the order given. */
  readonly indexes: readonly string[];
}

/** A session that was signed in to the sites, and has just ended. */
export async function endSession(...sites: readonly TestSite[]): Promise<EndedSession> {
  const token = createTicketId("TGT");
  const about = { personId, token, userAgent: "", address: "", longTerm: false, amr: ["pwd"] };
  const { id: sessionId } = await database.sessions.start(about);
  const indexes: string[] = [];
  for (const { id: siteId, service } of sites) {
    const id = createTicketId("ST");
    const ticket = { id, service, siteId, sessionId, fromNewLogin: true, proxies: [], lifeSeconds: 10 };
    await database.tickets.issue(ticket);
    const { outcome } = await database.tickets.consume(id, { service, renew: false });
    if (outcome !== "valid") throw new Error(`the ticket is ${outcome}`);
    indexes.push(id);
  }
  await database.sessions.end({ token }, "signed-out");
  return { id: sessionId, indexes };
}

export const times = (length: number, site: TestSite): TestSite[] => Array.from({ length }, () => site);

export const outcomes = async ({ id }: EndedSession) =>
  (await database.logoutDeliveries.listOf(id)).map(({ siteId, state, detail }) => [siteId, state, detail]);
