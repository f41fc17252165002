/** The chain of the audit trail, against an attacker who writes to the database without the hub's secret. */

import { type Database, openDatabase } from "@gatehouse/database";
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { purposeKeys } from "../settings/secret-keys.ts";
import { createMemoryLog } from "../test-support/memory-log.ts";
import { createTestDatabase } from "../test-support/test-database.ts";
import { chainNewEntries, createChainTask, verifyChain } from "./chain.ts";

const secret = "a secret of this test alone, with 32 characters";
const key = purposeKeys([secret], "audit");

let database: Database;
/** Five chained entries in a new database. */
beforeEach(async () => {
  await database?.close();
  database = await openDatabase({
    url: await createTestDatabase(),
    dataDirectory: "/nowhere",
    idleSeconds: 60,
    maxSeconds: 60,
  });
  await write(5);
  await chainNewEntries(needs());
});
afterAll(() => database.close());

const needs = (keys: Pick<typeof key, "sign" | "isSignature"> = key) => ({
  auditEvents: database.auditEvents,
  key: keys,
});
const write = (count: number) =>
  database.auditEvents.write(
    Array.from({ length: count }, (_, at) => ({
      kind: "sign-in",
      actor: { kind: "user", id: `user ${at}` },
      facts: { z: 1, a: { y: [1, { d: 2, c: 3 }] } },
    })),
  );
const verify = (since?: Parameters<typeof verifyChain>[1]) => verifyChain(needs(), since);

/** Changes rows as the owner of the database, who can switch the trigger off. */
async function tamper(...statements: readonly string[]): Promise<void> {
  for (const statement of [
    "ALTER TABLE audit_events DISABLE TRIGGER USER",
    ...statements,
    "ALTER TABLE audit_events ENABLE TRIGGER USER",
  ])
    await poolOf(database).query(statement);
}

test("an untouched chain is in order, and new entries continue it", async () => {
  const before = await verify();
  expect(before).toEqual({ entries: 5, head: { position: 5, chain: expect.any(String) }, fault: null });
  await write(2);
  expect(await chainNewEntries(needs())).toBe(2);
  expect(await verify()).toMatchObject({ entries: 7, head: { position: 7 }, fault: null });
});

test("more entries than one transaction takes are chained and verified", async () => {
  await write(1_003);
  expect(await chainNewEntries(needs())).toBe(1_003);
  expect(await verify()).toMatchObject({ entries: 1_008, fault: null });
});

test.each([
  ["kind", "kind = 'sign-out'"],
  ["outcome", "outcome = 'credentials_wrong'"],
  ["time", "at = at - interval '1 millisecond'"],
  ["actor's kind", "actor_kind = 'hub'"],
  ["actor", "actor = 'somebody else'"],
  ["user", "person_id = gen_random_uuid()"],
  ["session", "session_id = gen_random_uuid()"],
  ["site", "site_id = 'shop'"],
  ["address", "address = '192.0.2.1'"],
  ["browser", "user_agent = 'Firefox'"],
  ["facts", `facts = jsonb_set(facts, '{a,y,1,d}', '3')`],
  ["code", "chain = repeat('0', 32)"],
  ["id", "id = 1000"],
])("a changed %s is found at its place", async (_, change) => {
  await tamper(`UPDATE audit_events SET ${change} WHERE chain_position = 3`);
  expect(await verify()).toMatchObject({ entries: 2, fault: { position: 3, fault: "broken" } });
});

describe("is found", () => {
  test("a deleted entry", async () => {
    await tamper("DELETE FROM audit_events WHERE chain_position = 2");
    expect((await verify()).fault).toEqual({ position: 2, fault: "missing" });
  });

  test("a deleted entry whose gap was closed", async () => {
    await tamper(
      "DELETE FROM audit_events WHERE chain_position = 2",
      "UPDATE audit_events SET chain_position = chain_position - 1 WHERE chain_position > 2",
    );
    expect((await verify()).fault).toEqual({ position: 2, fault: "broken" });
  });

  test("a deleted beginning", async () => {
    await tamper(
      "DELETE FROM audit_events WHERE chain_position = 1",
      "UPDATE audit_events SET chain_position = chain_position - 1",
    );
    expect((await verify()).fault).toEqual({ position: 1, fault: "broken" });
  });

  test("an inserted entry", async () => {
    await tamper(
      "UPDATE audit_events SET chain_position = chain_position + 100 WHERE chain_position > 2",
      "UPDATE audit_events SET chain_position = chain_position - 99 WHERE chain_position > 100",
      `INSERT INTO audit_events (kind, outcome, actor_kind, chain_position, chain)
        SELECT 'sign-in', 'done', 'user', 3, chain FROM audit_events WHERE chain_position = 2`,
    );
    expect(await verify()).toMatchObject({ entries: 2, fault: { position: 3, fault: "broken" } });
  });

  test("two entries that changed places", async () => {
    await tamper(
      "UPDATE audit_events SET chain_position = 99 WHERE chain_position = 3",
      "UPDATE audit_events SET chain_position = 3 WHERE chain_position = 4",
      "UPDATE audit_events SET chain_position = 4 WHERE chain_position = 99",
    );
    expect((await verify()).fault).toEqual({ position: 3, fault: "broken" });
  });

  test("a cut end, against a head that was noted", async () => {
    const noted = (await verify()).head ?? undefined;
    expect(await verify(noted)).toMatchObject({ entries: 0, fault: null });
    await tamper("DELETE FROM audit_events WHERE chain_position > 3");
    expect(await verify()).toMatchObject({ entries: 3, fault: null });
    expect((await verify(noted)).fault).toEqual({ position: 5, fault: "not-the-noted-head" });
    await write(4);
    await chainNewEntries(needs());
    expect((await verify(noted)).fault).toEqual({ position: 5, fault: "not-the-noted-head" });
  });

  test("an entry that an attacker chained with a key of their own", async () => {
    await write(1);
    await chainNewEntries(needs(purposeKeys(["another secret with more than 32 characters"], "audit")));
    expect((await verify()).fault).toEqual({ position: 6, fault: "broken" });
  });
});

test("after a noted head, only later entries are verified", async () => {
  const noted = (await verify()).head ?? undefined;
  await write(3);
  await chainNewEntries(needs());
  await tamper("UPDATE audit_events SET actor = 'x' WHERE chain_position = 2");
  expect(await verify(noted)).toMatchObject({ entries: 3, fault: null });
  await tamper("UPDATE audit_events SET actor = 'x' WHERE chain_position = 7");
  expect(await verify(noted)).toMatchObject({ entries: 1, fault: { position: 7, fault: "broken" } });
});

test("entries of an older secret verify as long as it is listed", async () => {
  const newest = "a newer secret of this test, with 32 characters";
  const both = purposeKeys([newest, secret], "audit");
  await write(2);
  await chainNewEntries(needs(both));
  expect(await verifyChain(needs(both))).toMatchObject({ entries: 7, fault: null });
  const alone = purposeKeys([newest], "audit");
  expect((await verifyChain(needs(alone))).fault).toEqual({ position: 1, fault: "broken" });
  const [last] = await database.auditEvents.readChain(4, 1);
  expect(await verifyChain(needs(alone), last)).toMatchObject({ entries: 2, fault: null });
});

test("upkeep logs the head when it moved, at most once an hour", async () => {
  const { log, lines } = createMemoryLog();
  let now = 1_800_000_000_000;
  const run = createChainTask({ ...needs(), log, clock: () => new Date(now) });
  const chainMore = async () => {
    await write(1);
    await run();
  };
  await run();
  expect(lines).toEqual([]);
  await chainMore();
  await chainMore();
  now += 3_600_000;
  await run();
  await chainMore();
  const { head } = await verify();
  expect(lines.map((line) => JSON.parse(line).head)).toEqual([
    expect.stringMatching(/^6:[0-9a-f]{32}$/),
    `8:${head?.chain}`,
  ]);
});
