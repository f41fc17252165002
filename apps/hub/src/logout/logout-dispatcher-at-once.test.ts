/** That no site waits for another: some that never answer, many at once, two hubs, a crash in between. */
import { testClockOf } from "@gatehouse/database/test-clock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createOutbound } from "../outbound/outbound.ts";
import { eventually } from "../test-support/eventually.ts";
import {
  bank,
  closeDispatchers,
  closeLogoutFixture,
  database,
  endSession,
  openDispatcher,
  openLogoutFixture,
  outcomes,
  resetLogoutFixture,
  shop,
  times,
} from "../test-support/logout-fixture.ts";

beforeAll(openLogoutFixture);
beforeEach(resetLogoutFixture);
afterEach(closeDispatchers);
afterAll(closeLogoutFixture);

describe("CAS 2.3.3 errors of one site do not affect others: a site that never answers", () => {
  test("gets another attempt later", async () => {
    shop.answerWith("silent");
    const session = await endSession(shop);
    const impatient = createOutbound({
      allowLoopback: true,
      certificateAuthorityFile: undefined,
      timeLimit: 200,
    });
    await openDispatcher(impatient).drain();
    expect(await outcomes(session)).toEqual([["shop", "pending", "timeout"]]);
    await impatient.close();
  });

  test("does not delay the other sites of its session", async () => {
    shop.answerWith("silent");
    const session = await endSession(shop, bank);
    const drained = openDispatcher().drain();
    await eventually(async () =>
      expect(await outcomes(session)).toEqual([
        ["bank", "delivered", "200"],
        ["shop", "pending", ""],
      ]),
    );
    shop.answerWith(200);
    await drained;
  });

  test("does not delay a sign-out that comes while the hub waits for it", async () => {
    shop.answerWith("silent");
    const first = await endSession(shop);
    const dispatcher = openDispatcher();
    const drained = dispatcher.drain();
    await eventually(() => expect(shop.received).toHaveLength(1));
    const later = await endSession(bank);
    dispatcher.wake();
    await eventually(() => expect(bank.told()).toEqual(later.indexes));
    expect(await outcomes(first)).toEqual([["shop", "pending", ""]]);
    shop.answerWith(200);
    await drained;
  });

  test("does not delay others by a long queue; when it answers, it gets the rest", async () => {
    shop.answerWith("silent");
    const { indexes } = await endSession(...times(70, shop));
    const later = await endSession(bank);
    const dispatcher = openDispatcher();
    dispatcher.wake();
    await eventually(() => expect(bank.told()).toEqual(later.indexes));
    await eventually(() => expect(shop.received).toHaveLength(8));
    shop.answerWith(200);
    await eventually(() => expect([...shop.told()].sort()).toEqual([...indexes].sort()));
  });
});

test("a logout request that a crash cut off between sending and recording is sent again", async () => {
  const session = await endSession(shop);
  expect(await database.logoutDeliveries.claim(10, 15)).toHaveLength(1);
  const dispatcher = openDispatcher();
  await dispatcher.drain();
  expect(shop.received).toEqual([]);
  await testClockOf(database).advance(16);
  await dispatcher.drain();
  expect(shop.told()).toEqual(session.indexes);
});

test("two hubs on one database notify each site once", async () => {
  const { indexes } = await endSession(...times(60, shop));
  await Promise.all([openDispatcher().drain(), openDispatcher().drain()]);
  expect([...shop.told()].sort()).toEqual([...indexes].sort());
});

test("requests beyond the limit go out one after the other", async () => {
  await endSession(...times(90, shop));
  await openDispatcher().drain();
  expect(new Set(shop.told()).size).toBe(90);
});

test("wake returns at once; close waits for running requests and starts no new ones", async () => {
  const session = await endSession(shop);
  const dispatcher = openDispatcher();
  expect(dispatcher.wake()).toBeUndefined();
  await eventually(() => expect(shop.received).toHaveLength(1));
  await dispatcher.close();
  expect(await outcomes(session)).toEqual([["shop", "delivered", "200"]]);
  await endSession(shop);
  dispatcher.wake();
  await dispatcher.close();
  expect(shop.received).toHaveLength(1);
});
