import { createTicketId } from "@gatehouse/cas/server";
import type { Database } from "@gatehouse/database";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createOutbound, type Outbound } from "../outbound/outbound.ts";
import { parseRegistration } from "../site-registry/registered-site.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import { eventually } from "../test-support/eventually.ts";
import { createMemoryLog } from "../test-support/memory-log.ts";
import { openTestDatabase } from "../test-support/test-database.ts";
import { openTestSite, type TestSite } from "../test-support/test-site.ts";
import { createLogoutDispatcher, type LogoutDispatcher } from "./logout-dispatcher.ts";

const now = new Date("2026-11-21T12:00:00Z");
const { log, lines } = createMemoryLog();
let database: Database;
let outbound: Outbound;
let shop: TestSite;
let bank: TestSite;
let registrations: Map<string, object>;
let personId: string;

beforeAll(async () => {
  database = await openTestDatabase();
  outbound = createOutbound({ allowLoopback: true, certificateAuthorityFile: undefined });
  [shop, bank] = await Promise.all([openTestSite("shop"), openTestSite("bank")]);
  const about = { username: "p", name: "P", email: "p@example.com", operator: false, passwordHash: null };
  personId = (await database.people.create(about)).id;
});
afterAll(() => Promise.all([database.close(), outbound.close(), shop.close(), bank.close()]));

beforeEach(async () => {
  await database.testClock.reset();
  await database.pool.query("TRUNCATE logout_deliveries, sessions CASCADE");
  for (const site of [shop, bank]) {
    site.forget();
    site.answerWith(200);
  }
  lines.length = 0;
  registrations = new Map([shop, bank].map((site) => [site.id, site.registration({ secret: undefined })]));
});

const signLogoutToken = async (site: { id: string }, sid: string) => `token for ${site.id} of ${sid}`;
const dispatchers: LogoutDispatcher[] = [];
afterEach(() => Promise.all(dispatchers.splice(0).map((dispatcher) => dispatcher.close())));

function open(calls = outbound): LogoutDispatcher {
  const find = (id: string) => {
    const site = registrations.get(id);
    return site && parseRegistration(`${id}.json`, JSON.stringify(site), () => undefined);
  };
  const sites = { find } as SiteRegistry;
  const deliveries = database.logoutDeliveries;
  const parts = { deliveries, sites, outbound: calls, clock: () => now, signLogoutToken, log };
  const dispatcher = createLogoutDispatcher(parts);
  dispatchers.push(dispatcher);
  return dispatcher;
}

interface EndedSession {
  readonly id: string;
  /** Of the sites' sign-ins, in the order given. */
  readonly indexes: readonly string[];
}

/** A session that was signed in to the sites, and has just ended. */
async function endSession(...sites: readonly TestSite[]): Promise<EndedSession> {
  const token = createTicketId("TGT");
  const { id: sessionId } = await database.sessions.start({
    personId,
    token,
    userAgent: "",
    address: "",
    longTerm: false,
  });
  const indexes: string[] = [];
  for (const { id: siteId, service } of sites) {
    const id = createTicketId("ST");
    await database.tickets.issue({
      id,
      service,
      siteId,
      sessionId,
      fromNewLogin: true,
      proxies: [],
      lifeSeconds: 10,
    });
    expect((await database.tickets.consume(id, { service, renew: false })).outcome).toBe("valid");
    indexes.push(id);
  }
  await database.sessions.end({ token }, "signed-out");
  return { id: sessionId, indexes };
}

const times = (length: number, site: TestSite) => Array.from({ length }, () => site);

const outcomes = async ({ id }: EndedSession) =>
  (await database.logoutDeliveries.listOf(id)).map(({ siteId, state, detail }) => [siteId, state, detail]);

test("CAS 2.3.3 every site of the session is sent the message of appendix C", async () => {
  const session = await endSession(shop, bank, bank);
  await open().drain();
  expect([...shop.told(), ...bank.told()].sort()).toEqual([...session.indexes].sort());
  const [post] = shop.received;
  expect(post).toMatchObject({
    method: "POST",
    path: "/logout-request",
    contentType: "application/x-www-form-urlencoded",
  });
  const xml = new URLSearchParams(post?.body).get("logoutRequest") ?? "";
  expect(xml).toMatch(/^<samlp:LogoutRequest [^>]*ID="LR-[A-Za-z0-9]+" Version="2\.0"/);
  expect(xml).toContain(`IssueInstant="${now.toISOString()}"`);
  expect(xml).toContain("@NOT_USED@");
  expect(await outcomes(session)).toEqual([
    ["bank", "delivered", "200"],
    ["bank", "delivered", "200"],
    ["shop", "delivered", "200"],
  ]);
});

test("a site without a logout address is told at its service address", async () => {
  registrations.set("shop", shop.registration({ secret: undefined, cas: { services: [shop.service] } }));
  await endSession(shop);
  await open().drain();
  expect(shop.received.map(({ path }) => path)).toEqual(["/callback"]);
});

test("any 2xx is told", async () => {
  shop.answerWith(204);
  const session = await endSession(shop);
  await open().drain();
  expect(await outcomes(session)).toEqual([["shop", "delivered", "204"]]);
});

describe("a site that did not answer 2xx", () => {
  test.each([500, 404, 302])(
    "but %i is asked again when its time has come, and then left alone",
    async (status) => {
      shop.answerWith(status);
      const session = await endSession(shop);
      const dispatcher = open();
      await dispatcher.drain();
      await dispatcher.drain();
      expect(shop.received).toHaveLength(1);
      expect(await outcomes(session)).toEqual([["shop", "pending", String(status)]]);
      shop.answerWith(200);
      await database.testClock.advance(3);
      await dispatcher.drain();
      await database.testClock.advance(86_400);
      await dispatcher.drain();
      expect(shop.told()).toEqual([...session.indexes, ...session.indexes]);
      expect(await outcomes(session)).toEqual([["shop", "delivered", "200"]]);
    },
  );

  test("is asked with growing pauses for a day, and then given up", async () => {
    shop.answerWith(500);
    const session = await endSession(shop);
    const dispatcher = open();
    const attempts: number[] = [];
    for (const [hour, step] of [
      [1, 60],
      [30, 1800],
    ] as const) {
      for (let second = 0; second < hour * 3600; second += step) {
        await dispatcher.drain();
        await database.testClock.advance(step);
      }
      attempts.push(shop.received.length);
    }
    expect(attempts).toEqual([6, 11]);
    expect(await outcomes(session)).toEqual([["shop", "given-up", "500"]]);
  });

  test("because it is no longer registered is given up at once", async () => {
    const session = await endSession(shop);
    registrations.delete("shop");
    await open().drain();
    expect(shop.received).toEqual([]);
    expect(await outcomes(session)).toEqual([["shop", "given-up", "site no longer registered"]]);
  });
});

describe("CAS 2.3.3 errors of one site disturb nobody: a site that never answers", () => {
  test("is asked again later", async () => {
    shop.answerWith("silent");
    const session = await endSession(shop);
    const impatient = createOutbound({
      allowLoopback: true,
      certificateAuthorityFile: undefined,
      timeLimit: 200,
    });
    await open(impatient).drain();
    expect(await outcomes(session)).toEqual([["shop", "pending", "timeout"]]);
    await impatient.close();
  });

  test("does not hold up the others of its session", async () => {
    shop.answerWith("silent");
    const session = await endSession(shop, bank);
    const drained = open().drain();
    await eventually(async () =>
      expect(await outcomes(session)).toEqual([
        ["bank", "delivered", "200"],
        ["shop", "pending", ""],
      ]),
    );
    shop.answerWith(200);
    await drained;
  });

  test("does not hold up a sign-out that comes while the hub waits for it", async () => {
    shop.answerWith("silent");
    const first = await endSession(shop);
    const dispatcher = open();
    const drained = dispatcher.drain();
    await eventually(() => expect(shop.received).toHaveLength(1));
    const later = await endSession(bank);
    dispatcher.wake();
    await eventually(() => expect(bank.told()).toEqual(later.indexes));
    expect(await outcomes(first)).toEqual([["shop", "pending", ""]]);
    shop.answerWith(200);
    await drained;
  });

  test("does not hold up others by having much to be told; as it answers, it is told the rest", async () => {
    shop.answerWith("silent");
    const { indexes } = await endSession(...times(70, shop));
    const later = await endSession(bank);
    const dispatcher = open();
    dispatcher.wake();
    await eventually(() => expect(bank.told()).toEqual(later.indexes));
    await eventually(() => expect(shop.received).toHaveLength(8));
    shop.answerWith(200);
    await eventually(() => expect([...shop.told()].sort()).toEqual([...indexes].sort()));
  });
});

test("a sign-out that a crash cut off between sending and recording is told again", async () => {
  const session = await endSession(shop);
  expect(await database.logoutDeliveries.claim(10, 15)).toHaveLength(1);
  const dispatcher = open();
  await dispatcher.drain();
  expect(shop.received).toEqual([]);
  await database.testClock.advance(16);
  await dispatcher.drain();
  expect(shop.told()).toEqual(session.indexes);
});

test("two hubs side by side tell each site once", async () => {
  const { indexes } = await endSession(...times(60, shop));
  await Promise.all([open().drain(), open().drain()]);
  expect([...shop.told()].sort()).toEqual([...indexes].sort());
});

test("more than goes out at once goes out one after the other", async () => {
  await endSession(...times(90, shop));
  await open().drain();
  expect(new Set(shop.told()).size).toBe(90);
});

test("woken, it tells without being waited for; closed, it finishes and takes up nothing", async () => {
  const session = await endSession(shop);
  const dispatcher = open();
  expect(dispatcher.wake()).toBeUndefined();
  await eventually(() => expect(shop.received).toHaveLength(1));
  await dispatcher.close();
  expect(await outcomes(session)).toEqual([["shop", "delivered", "200"]]);
  await endSession(shop);
  dispatcher.wake();
  await dispatcher.close();
  expect(shop.received).toHaveLength(1);
});

test("a queue that cannot be read is logged, and waking never throws", async () => {
  const claim = vi.fn().mockRejectedValueOnce(new Error("database gone")).mockResolvedValue([]);
  const deliveries = { ...database.logoutDeliveries, claim } as unknown as Database["logoutDeliveries"];
  const sites = { find: () => undefined } as unknown as SiteRegistry;
  const dispatcher = createLogoutDispatcher({
    deliveries,
    sites,
    outbound,
    clock: () => now,
    signLogoutToken,
    log,
  });
  dispatcher.wake();
  await eventually(() => expect(lines.join()).toContain("database gone"));
  await dispatcher.drain();
  expect(claim).toHaveBeenCalledTimes(2);
});

test("each attempt is logged with its outcome, and no ticket is", async () => {
  bank.answerWith(503);
  const session = await endSession(shop, bank);
  await open().drain();
  const logged = lines.map((line) => JSON.parse(line)).toSorted((a, b) => a.site.localeCompare(b.site));
  expect(logged).toMatchObject([
    { level: "warn", event: "logout.told", site: "bank", delivered: false, detail: "503", attempt: 1 },
    { level: "info", event: "logout.told", site: "shop", delivered: true, detail: "200", attempt: 1 },
  ]);
  for (const index of session.indexes) expect(lines.join()).not.toContain(index);
});
