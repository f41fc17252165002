import { proxyGrantingTicketRegistryLaws } from "@gatehouse/cas/laws";
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./database.ts";
import {
  createPerson,
  type DatabaseFixture,
  dumpTable,
  emptyDatabase,
  openDatabaseFixture,
  testSessionLife,
} from "./database-fixture.ts";

let fixture: DatabaseFixture;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
afterAll(() => fixture.close());

async function startSession(database: Database, previous?: { personId: string; token: string }) {
  const personId = previous?.personId ?? (await createPerson(database)).id;
  const token = createTicketId("TGT");
  const browser = { userAgent: "", address: "", longTerm: false, amr: ["pwd"] };
  const { id } = await database.sessions.start({
    personId,
    token,
    previousToken: previous?.token,
    ...browser,
  });
  return { id, personId, token };
}

proxyGrantingTicketRegistryLaws("the PostgreSQL registry of proxy-granting tickets", async () => {
  await emptyDatabase(fixture.database);
  return {
    registry: fixture.database.proxyGrantingTickets,
    siteId: "shop",
    startSession: async () => (await startSession(fixture.database)).id,
    endSession: async (sessionId) => {
      await fixture.pool.query("SELECT end_sessions(ARRAY[$1::uuid], 'signed-out')", [sessionId]);
    },
    reopen: async () => (await fixture.reopenAfterKill()).proxyGrantingTickets,
    dump: () => dumpTable(fixture.database, "proxy_granting_tickets"),
    close: async () => undefined,
  };
});

async function grant(sessionId: string): Promise<string> {
  const id = createTicketId("PGT");
  const proxies = ["https://shop.example/pgt"];
  await fixture.database.proxyGrantingTickets.grant({ id, siteId: "shop", sessionId, proxies });
  return id;
}

test("a ticket ends with the idle timeout of its session, before any sweep", async () => {
  await emptyDatabase(fixture.database);
  const id = await grant((await startSession(fixture.database)).id);
  await fixture.clock.advance(testSessionLife.idleSeconds + 1);
  expect(await fixture.database.proxyGrantingTickets.find(id)).toBeNull();
});

test("a ticket stays valid when the same user signs in again, and ends when another user does", async () => {
  await emptyDatabase(fixture.database);
  const first = await startSession(fixture.database);
  const mine = await grant(first.id);
  const second = await startSession(fixture.database, first);
  expect(await fixture.database.proxyGrantingTickets.find(mine)).toMatchObject({ sessionId: second.id });
  const other = await createPerson(fixture.database);
  await startSession(fixture.database, { personId: other.id, token: second.token });
  expect(await fixture.database.proxyGrantingTickets.find(mine)).toBeNull();
});

test("a sign-out concurrent with a grant leaves no valid ticket", async () => {
  await emptyDatabase(fixture.database);
  for (let round = 0; round < 20; round += 1) {
    const session = await startSession(fixture.database);
    const [id] = await Promise.all([
      grant(session.id),
      fixture.database.sessions.end({ token: session.token }, "signed-out"),
    ]);
    expect(await fixture.database.proxyGrantingTickets.find(id)).toBeNull();
  }
});
