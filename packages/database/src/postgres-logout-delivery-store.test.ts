import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { randomToken } from "./central-session-fixture.ts";
import {
  createPerson,
  type DatabaseFixture,
  emptyDatabase,
  joinSite,
  openDatabaseFixture,
} from "./database-fixture.ts";
import type { LogoutDelivery, LogoutDeliveryStore } from "./logout-delivery-store.ts";

let fixture: DatabaseFixture;
let deliveries: LogoutDeliveryStore;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  deliveries = fixture.database.logoutDeliveries;
});
afterAll(() => fixture.close());

/** An ended session of a user that was signed in at these sites. */
async function endedSession(
  ...siteIds: string[]
): Promise<{ id: string; personId: string; indexes: string[] }> {
  const { sessions } = fixture.database;
  const { id: personId } = await createPerson(fixture.database);
  const token = randomToken();
  const { id } = await sessions.start({
    personId,
    token,
    userAgent: "",
    address: "",
    longTerm: false,
    amr: ["pwd"],
  });
  const indexes: string[] = [];
  for (const siteId of siteIds) indexes.push(await joinSite(fixture.database, id, siteId));
  await sessions.end({ token }, "signed-out");
  return { id, personId, indexes };
}

async function claimOne(): Promise<LogoutDelivery> {
  const [delivery] = await deliveries.claim(1, 30);
  if (!delivery) throw new Error("nothing is due");
  return delivery;
}

describe("claiming", () => {
  test("a delivery has the site, its service and the session index", async () => {
    const { indexes } = await endedSession("shop");
    expect(await claimOne()).toEqual({
      id: expect.any(String),
      siteId: "shop",
      service: "https://shop.example/callback",
      sessionIndex: indexes[0],
      attempts: 0,
    });
  });

  test("concurrent dispatchers never get the same delivery", async () => {
    await endedSession(...Array.from({ length: 20 }, (_, n) => `site-${n}`));
    const claims = await Promise.all(Array.from({ length: 8 }, () => deliveries.claim(3, 30)));
    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length + (await deliveries.claim(20, 30)).length).toBe(20);
  });

  test("a delivery without a recorded result is due again after its lease, as a second attempt", async () => {
    await endedSession("shop");
    await deliveries.claim(10, 30);
    await fixture.clock.advance(29);
    expect(await deliveries.claim(10, 30)).toEqual([]);
    await fixture.clock.advance(2);
    expect(await claimOne()).toMatchObject({ attempts: 1 });
  });
});

describe("claiming with a limit per site", () => {
  /** Number of claimed deliveries by site. */
  async function claimed(limit: number, most: number, underWay: readonly string[] = []) {
    const count: Record<string, number> = {};
    for (const { siteId } of await deliveries.claim(limit, 30, { most, underWay }))
      count[siteId] = (count[siteId] ?? 0) + 1;
    return count;
  }

  test("a site with a long queue does not delay another one", async () => {
    await endedSession(...Array.from({ length: 20 }, () => "slow"));
    await endedSession("shop");
    expect(await claimed(10, 4)).toEqual({ slow: 4, shop: 1 });
  });

  test("deliveries in progress count, and a site at its limit gets none", async () => {
    await endedSession(...Array.from({ length: 20 }, () => "slow"), "shop");
    expect(await claimed(10, 4, ["slow", "slow", "slow", "bank"])).toEqual({ slow: 1, shop: 1 });
    expect(await claimed(10, 4, ["slow", "slow", "slow", "slow"])).toEqual({});
    expect(await claimed(2, 4, ["slow"])).toEqual({ slow: 2 });
  });

  test("a site at its limit does not hide others, however long its queue", async () => {
    const { id } = await endedSession("slow");
    await fixture.pool.query(
      `INSERT INTO logout_deliveries (session_id, site_id, service, session_index, due_at)
       SELECT $1, 'slow', 'https://slow.example/', 'ST-' || n, hub_now() - interval '1 hour'
       FROM generate_series(1, 3000) AS n`,
      [id],
    );
    await endedSession("shop");
    expect(await claimed(10, 2, ["slow", "slow"])).toEqual({ shop: 1 });
  });
});

describe("recording", () => {
  test("delivered: never due again", async () => {
    const { id } = await endedSession("shop");
    await deliveries.record((await claimOne()).id, { delivered: true, detail: "200", milliseconds: 12.6 });
    await fixture.clock.advance(3600);
    expect(await deliveries.claim(10, 30)).toEqual([]);
    expect(await deliveries.listOf(id)).toMatchObject([
      { siteId: "shop", state: "delivered", detail: "200", milliseconds: 13 },
    ]);
  });

  test("failed: due again after the given seconds, not before", async () => {
    const { id } = await endedSession("shop");
    const failed = { delivered: false, detail: "timeout", milliseconds: 5000, retryInSeconds: 60 };
    await deliveries.record((await claimOne()).id, failed);
    expect(await deliveries.listOf(id)).toMatchObject([{ state: "pending", detail: "timeout" }]);
    await fixture.clock.advance(55);
    expect(await deliveries.claim(10, 30)).toEqual([]);
    await fixture.clock.advance(6);
    expect(await claimOne()).toMatchObject({ attempts: 1 });
  });

  test("given up: stored for the operator, with at most 200 characters", async () => {
    const { id } = await endedSession("shop");
    await deliveries.record((await claimOne()).id, {
      delivered: false,
      detail: "x".repeat(999),
      milliseconds: 1,
    });
    const [entry] = await deliveries.listOf(id);
    expect(entry).toMatchObject({ state: "given-up", detail: "x".repeat(200) });
    await fixture.clock.advance(3600);
    expect(await deliveries.claim(10, 30)).toEqual([]);
  });

  test("a slow attempt that reports late does not undo a delivery", async () => {
    const { id } = await endedSession("shop");
    const delivery = await claimOne();
    await deliveries.record(delivery.id, { delivered: true, detail: "200", milliseconds: 1 });
    const late = { delivered: false, detail: "timeout", milliseconds: 1, retryInSeconds: 1 };
    await deliveries.record(delivery.id, late);
    expect(await deliveries.listOf(id)).toMatchObject([{ state: "delivered" }]);
  });
});

describe("keeping", () => {
  test("a delivery survives the user: sites are told after their removal", async () => {
    const { personId, indexes } = await endedSession("shop");
    await fixture.database.people.remove(personId);
    expect((await deliveries.claim(10, 30)).map(({ sessionIndex }) => sessionIndex)).toEqual(indexes);
  });

  test("a delivery survives kill -9", async () => {
    const { indexes } = await endedSession("shop");
    const reopened = await fixture.reopenAfterKill();
    const claimed = await reopened.logoutDeliveries.claim(10, 30);
    expect(claimed.map(({ sessionIndex }) => sessionIndex)).toEqual(indexes);
  });

  test("delivered and abandoned ones are deleted after a day, pending ones stay", async () => {
    const { id } = await endedSession("shop", "bank");
    await deliveries.record((await claimOne()).id, { delivered: true, detail: "200", milliseconds: 1 });
    expect(await deliveries.sweep(10)).toBe(0);
    await fixture.clock.advance(25 * 3600);
    expect(await deliveries.sweep(10)).toBe(1);
    expect(await deliveries.listOf(id)).toMatchObject([{ state: "pending" }]);
  });

  test("an unknown session has no deliveries", async () => {
    expect(await deliveries.listOf(randomUUID())).toEqual([]);
    expect(await deliveries.listOf("none")).toEqual([]);
  });
});
