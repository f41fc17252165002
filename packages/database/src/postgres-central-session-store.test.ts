import { afterAll, beforeAll } from "vitest";
import { centralSessionStoreLaws } from "./central-session-store-laws.ts";
import {
  createPerson,
  dumpTable,
  emptyDatabase,
  joinSite,
  openTrialDatabase,
  type TrialDatabase,
} from "./trial-database.ts";

let trial: TrialDatabase;
beforeAll(async () => {
  trial = await openTrialDatabase();
});
afterAll(() => trial.close());

centralSessionStoreLaws("the PostgreSQL central session store", async () => {
  const { database } = trial;
  await emptyDatabase(database);
  return {
    sessions: database.sessions,
    createPerson: () => createPerson(database),
    disable: (personId) => database.people.setDisabled(personId, true),
    joinSite: (sessionId, siteId) => joinSite(database, sessionId, siteId),
    queuedLogouts: async () => {
      const { rows } = await database.pool.query("SELECT session_index FROM logout_deliveries");
      return rows.map((row: { session_index: string }) => row.session_index);
    },
    lastActivityOf: async (sessionId) => {
      const select = "SELECT last_activity_at FROM sessions WHERE id = $1";
      return (await database.pool.query(select, [sessionId])).rows[0].last_activity_at;
    },
    advance: async (seconds) => {
      await database.testClock.advance(seconds);
    },
    dump: () => dumpTable(database, "sessions"),
    close: async () => undefined,
  };
});
