import { ticketRegistryLaws } from "@gatehouse/cas/laws";
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./database.ts";
import {
  createPerson,
  type DatabaseFixture,
  dumpTable,
  emptyDatabase,
  joinSite,
  openDatabaseFixture,
  testSessionLife,
} from "./database-fixture.ts";

let fixture: DatabaseFixture;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
afterAll(() => fixture.close());

async function startSession(database: Database): Promise<string> {
  const { id: personId } = await createPerson(database);
  const browser = { userAgent: "", address: "", longTerm: false, amr: ["pwd"] };
  return (await database.sessions.start({ personId, token: createTicketId("TGT"), ...browser })).id;
}

async function endSession(sessionId: string): Promise<void> {
  await fixture.pool.query("SELECT end_sessions(ARRAY[$1::uuid], 'signed-out')", [sessionId]);
}

ticketRegistryLaws("the PostgreSQL ticket registry", async () => {
  await emptyDatabase(fixture.database);
  return {
    registry: fixture.database.tickets,
    siteId: "shop",
    startSession: () => startSession(fixture.database),
    endSession: (sessionId) => endSession(sessionId),
    advance: async (seconds) => {
      await fixture.clock.advance(seconds);
    },
    reopen: async () => (await fixture.reopenAfterKill()).tickets,
    sessionIndexes: async (sessionId) => {
      const select = "SELECT session_index FROM site_sessions WHERE session_id = $1 ORDER BY started_at";
      const { rows } = await fixture.pool.query(select, [sessionId]);
      return rows.map((row: { session_index: string }) => row.session_index);
    },
    dump: () => dumpTable(fixture.database, "service_tickets"),
    close: async () => undefined,
  };
});

test("a ticket of an unknown session is not issued", async () => {
  await expect(joinSite(fixture.database, "00000000-0000-4000-8000-000000000000", "shop")).rejects.toThrow(
    "service_tickets_session_id_fkey",
  );
});

test("a ticket past the idle or absolute life of its session is refused", async () => {
  const { clock } = fixture;
  const { tickets } = fixture.database;
  const sessionId = await startSession(fixture.database);
  const id = createTicketId("ST");
  await clock.advance(testSessionLife.idleSeconds - 10);
  const ticket = {
    id,
    service: "https://shop.example/",
    siteId: "shop",
    fromNewLogin: true,
    proxies: [],
    lifeSeconds: 60,
  };
  await tickets.issue({ ...ticket, sessionId });
  await clock.advance(11);
  expect(await tickets.consume(id, { service: ticket.service, renew: false })).toEqual({
    outcome: "session-ended",
  });
});

test("unused tickets are deleted an hour after their expiry", async () => {
  await emptyDatabase(fixture.database);
  const sessionId = await startSession(fixture.database);
  const ticket = {
    service: "https://shop.example/",
    siteId: "shop",
    fromNewLogin: true,
    proxies: [],
    lifeSeconds: 60,
  };
  await fixture.database.tickets.issue({ ...ticket, id: createTicketId("ST"), sessionId });
  expect(await fixture.database.sweep(10)).toBe(0);
  await fixture.clock.advance(3 * 3600);
  expect(await fixture.database.sweep(10)).toBe(1);
});
