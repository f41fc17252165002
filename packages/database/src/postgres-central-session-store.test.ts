import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { centralSessionStoreLaws } from "./central-session-store-laws.ts";
import {
  createPerson,
  type DatabaseFixture,
  dumpTable,
  emptyDatabase,
  joinSite,
  openDatabaseFixture,
} from "./database-fixture.ts";

let fixture: DatabaseFixture;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
afterAll(() => fixture.close());

centralSessionStoreLaws("the PostgreSQL central session store", async () => {
  const { database } = fixture;
  await emptyDatabase(database);
  return {
    sessions: database.sessions,
    createPerson: () => createPerson(database),
    disable: (personId) => database.people.setDisabled(personId, true),
    joinSite: (sessionId, siteId) => joinSite(database, sessionId, siteId),
    queuedLogouts: async () => {
      const { rows } = await fixture.pool.query("SELECT session_index FROM logout_deliveries");
      return rows.map((row: { session_index: string }) => row.session_index);
    },
    lastActivityOf: async (sessionId) => {
      const select = "SELECT last_activity_at FROM sessions WHERE id = $1";
      return (await fixture.pool.query(select, [sessionId])).rows[0].last_activity_at;
    },
    advance: async (seconds) => {
      await fixture.clock.advance(seconds);
    },
    dump: () => dumpTable(database, "sessions"),
    close: async () => undefined,
  };
});

test("a user has at most fifty sessions: the one unused for longest ends, and its sites are notified", async () => {
  const { database } = fixture;
  const { id: personId } = await createPerson(database);
  const start = () => {
    const token = createTicketId("TGT");
    const browser = { userAgent: "", address: "", longTerm: false, amr: ["pwd"] };
    return database.sessions.start({ personId, token, ...browser }).then(({ id }) => ({ id, token }));
  };
  const oldest = await start();
  const index = await joinSite(database, oldest.id, "shop");
  await fixture.clock.advance(1);
  for (let more = 0; more < 50; more += 1) await start();
  expect(await database.sessions.listOf(personId)).toHaveLength(50);
  const found = await database.sessions.find(oldest.token, { touch: false });
  expect(found).toMatchObject({ state: "ended", reason: "ended-elsewhere" });
  const [told] = await database.logoutDeliveries.listOf(oldest.id);
  expect(told?.sessionIndex).toBe(index);
});

test("a session that ends between its look-up and the record of activity is found ended", async () => {
  const { database, pool } = fixture;
  const { id: personId } = await createPerson(database);
  const token = createTicketId("TGT");
  const browser = { userAgent: "", address: "", longTerm: false, amr: ["pwd"] };
  const { id } = await database.sessions.start({ personId, token, ...browser });
  await fixture.clock.advance(120);
  const other = await pool.connect();
  await other.query("BEGIN");
  await other.query("SELECT 1 FROM sessions WHERE id = $1 FOR UPDATE", [id]);
  const found = database.sessions.find(token, { touch: true });
  const waiting =
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE sessions%'";
  await vi.waitFor(async () => expect((await pool.query(waiting)).rowCount).toBe(1), 10_000);
  await other.query("SELECT end_sessions(ARRAY[$1::uuid], 'signed-out')", [id]);
  await other.query("COMMIT");
  other.release();
  expect(await found).toMatchObject({ state: "ended", reason: "signed-out" });
});
