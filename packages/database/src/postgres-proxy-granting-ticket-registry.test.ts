import { proxyGrantingTicketRegistryLaws } from "@gatehouse/cas/laws";
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./database.ts";
import {
  createPerson,
  dumpTable,
  emptyDatabase,
  openTrialDatabase,
  type TrialDatabase,
  trialLife,
} from "./trial-database.ts";

let trial: TrialDatabase;
beforeAll(async () => {
  trial = await openTrialDatabase();
});
afterAll(() => trial.close());

async function startSession(database: Database, previous?: { personId: string; token: string }) {
  const personId = previous?.personId ?? (await createPerson(database)).id;
  const token = createTicketId("TGT");
  const browser = { userAgent: "", address: "", longTerm: false };
  const { id } = await database.sessions.start({
    personId,
    token,
    previousToken: previous?.token,
    ...browser,
  });
  return { id, personId, token };
}

proxyGrantingTicketRegistryLaws("the PostgreSQL registry of proxy-granting tickets", async () => {
  await emptyDatabase(trial.database);
  return {
    registry: trial.database.proxyGrantingTickets,
    siteId: "shop",
    startSession: async () => (await startSession(trial.database)).id,
    endSession: async (sessionId) => {
      await trial.pool.query("SELECT end_sessions(ARRAY[$1::uuid], 'signed-out')", [sessionId]);
    },
    reopen: async () => (await trial.reopenAfterKill()).proxyGrantingTickets,
    dump: () => dumpTable(trial.database, "proxy_granting_tickets"),
    close: async () => undefined,
  };
});

async function grant(sessionId: string): Promise<string> {
  const id = createTicketId("PGT");
  const proxies = ["https://shop.example/pgt"];
  await trial.database.proxyGrantingTickets.grant({ id, siteId: "shop", sessionId, proxies });
  return id;
}

test("a ticket dies with the idle life of its session, before any sweep", async () => {
  await emptyDatabase(trial.database);
  const id = await grant((await startSession(trial.database)).id);
  await trial.clock.advance(trialLife.idleSeconds + 1);
  expect(await trial.database.proxyGrantingTickets.find(id)).toBeNull();
});

test("it stays when the same user signs in again, and ends when another user signs in in the browser", async () => {
  await emptyDatabase(trial.database);
  const first = await startSession(trial.database);
  const mine = await grant(first.id);
  const second = await startSession(trial.database, first);
  expect(await trial.database.proxyGrantingTickets.find(mine)).toMatchObject({ sessionId: second.id });
  const other = await createPerson(trial.database);
  await startSession(trial.database, { personId: other.id, token: second.token });
  expect(await trial.database.proxyGrantingTickets.find(mine)).toBeNull();
});

test("a sign-out at the same moment as a grant leaves no ticket that works", async () => {
  await emptyDatabase(trial.database);
  for (let round = 0; round < 20; round += 1) {
    const session = await startSession(trial.database);
    const [id] = await Promise.all([
      grant(session.id),
      trial.database.sessions.end({ token: session.token }, "signed-out"),
    ]);
    expect(await trial.database.proxyGrantingTickets.find(id)).toBeNull();
  }
});
