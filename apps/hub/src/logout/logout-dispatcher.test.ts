import { testClockOf } from "@gatehouse/database/test-clock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { eventually } from "../test-support/eventually.ts";
import {
  bank,
  closeDispatchers,
  closeLogoutFixture,
  database,
  endSession,
  lines,
  now,
  openDispatcher,
  openLogoutFixture,
  outcomes,
  registrations,
  resetLogoutFixture,
  shop,
} from "../test-support/logout-fixture.ts";

beforeAll(openLogoutFixture);
beforeEach(resetLogoutFixture);
afterEach(closeDispatchers);
afterEach(() => vi.restoreAllMocks());
afterAll(closeLogoutFixture);

test("CAS 2.3.3 every site of the session gets the message of appendix C", async () => {
  const session = await endSession(shop, bank, bank);
  await openDispatcher().drain();
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

test("a site without a logout address gets it at its service address", async () => {
  registrations.set("shop", shop.registration({ secret: undefined, cas: { services: [shop.service] } }));
  await endSession(shop);
  await openDispatcher().drain();
  expect(shop.received.map(({ path }) => path)).toEqual(["/callback"]);
});

test("any 2xx counts as delivered", async () => {
  shop.answerWith(204);
  const session = await endSession(shop);
  await openDispatcher().drain();
  expect(await outcomes(session)).toEqual([["shop", "delivered", "204"]]);
});

describe("a site that did not answer 2xx", () => {
  test.each([500, 404, 302])("with %i gets another attempt when it is due, and then none", async (status) => {
    shop.answerWith(status);
    const session = await endSession(shop);
    const dispatcher = openDispatcher();
    await dispatcher.drain();
    await dispatcher.drain();
    expect(shop.received).toHaveLength(1);
    expect(await outcomes(session)).toEqual([["shop", "pending", String(status)]]);
    shop.answerWith(200);
    await testClockOf(database).advance(3);
    await dispatcher.drain();
    await testClockOf(database).advance(86_400);
    await dispatcher.drain();
    expect(shop.told()).toEqual([...session.indexes, ...session.indexes]);
    expect(await outcomes(session)).toEqual([["shop", "delivered", "200"]]);
  });

  test("gets attempts with growing pauses for a day, and then none", async () => {
    shop.answerWith(500);
    const session = await endSession(shop);
    const dispatcher = openDispatcher();
    const attempts: number[] = [];
    for (const [hour, step] of [
      [1, 60],
      [30, 1800],
    ] as const) {
      for (let second = 0; second < hour * 3600; second += step) {
        await dispatcher.drain();
        await testClockOf(database).advance(step);
      }
      attempts.push(shop.received.length);
    }
    expect(attempts).toEqual([6, 11]);
    expect(await outcomes(session)).toEqual([["shop", "given-up", "500"]]);
  });

  test("gets no further attempt once it is no longer registered", async () => {
    const session = await endSession(shop);
    registrations.delete("shop");
    await openDispatcher().drain();
    expect(shop.received).toEqual([]);
    expect(await outcomes(session)).toEqual([["shop", "given-up", "site no longer registered"]]);
  });
});

test("a queue that cannot be read is logged, and wake never throws", async () => {
  const claim = vi
    .spyOn(database.logoutDeliveries, "claim")
    .mockRejectedValueOnce(new Error("database gone"))
    .mockResolvedValue([]);
  const dispatcher = openDispatcher();
  dispatcher.wake();
  await eventually(() => expect(lines.join()).toContain("database gone"));
  await dispatcher.drain();
  expect(claim).toHaveBeenCalledTimes(2);
});

test("each attempt is logged with its outcome and without the ticket", async () => {
  bank.answerWith(503);
  const session = await endSession(shop, bank);
  await openDispatcher().drain();
  const logged = lines.map((line) => JSON.parse(line)).toSorted((a, b) => a.site.localeCompare(b.site));
  expect(logged).toMatchObject([
    { level: "warn", event: "logout.tried", site: "bank", delivered: false, detail: "503", attempt: 1 },
    { level: "info", event: "logout.tried", site: "shop", delivered: true, detail: "200", attempt: 1 },
  ]);
  for (const index of session.indexes) expect(lines.join()).not.toContain(index);
});
