import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { centralSessionStoreLaws } from "./central-session-store-laws.ts";
import {
  createPerson,
  type DatabaseFixture,
  dumpTable,
  emptyDatabase,
  joinSite,
  openDatabaseFixture,
} from "./database-fixture.ts";
import { PersonGone } from "./person-store.ts";

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

test.each([
  ["all but one", true],
  ["all", false],
])(
  "the end of %s sessions voids what the user has begun, and nothing of another user",
  async (_, keepsOne) => {
    const { database, pool } = fixture;
    await emptyDatabase(database);
    const [person, other] = [await createPerson(database), await createPerson(database)];
    const link = { purpose: "email-change", email: "thief@example.org", lifeSeconds: 600 } as const;
    const pending = { amr: ["pwd"], longTerm: false, provedSecondsAgo: 0, lifeSeconds: 600 };
    for (const { id: personId, username } of [person, other]) {
      await database.verificationTokens.create({ ...link, token: `link of ${username}`, personId });
      await database.pendingSignIns.create({ ...pending, token: `sign-in of ${username}`, personId });
      await database.mails.queue({ kind: "email-change", recipient: "thief@example.org", personId });
    }
    const token = createTicketId("TGT");
    const browser = { userAgent: "", address: "", longTerm: false, amr: ["pwd"] };
    const { id: sessionId } = await database.sessions.start({ personId: person.id, token, ...browser });
    const exceptSessionId = keepsOne ? sessionId : undefined;
    await database.sessions.end({ personId: person.id, exceptSessionId }, "ended-elsewhere");
    const begunBy = async ({ id, username }: typeof person) => [
      (await database.verificationTokens.find("email-change", `link of ${username}`)) !== null,
      (await database.pendingSignIns.find(`sign-in of ${username}`)) !== null,
      (await pool.query("SELECT FROM mails WHERE person_id = $1", [id])).rowCount,
      (await database.people.findById(id))?.knownBrowsersVersion,
    ];
    expect(await begunBy(person)).toEqual([false, false, 0, 2]);
    expect(await begunBy(other)).toEqual([true, true, 1, 1]);
    expect((await database.sessions.find(token, { touch: false })).state).toBe(keepsOne ? "alive" : "ended");
  },
);

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

describe("a session does not start", () => {
  const browser = { userAgent: "", address: "", longTerm: false };
  let personId: string;
  beforeEach(async () => {
    await emptyDatabase(fixture.database);
    personId = (await createPerson(fixture.database)).id;
    await fixture.pool.query(
      "INSERT INTO password_credentials (user_id, hash, stands_alone) VALUES ($1, 'first', true)",
      [personId],
    );
  });
  const start = (more: { amr?: readonly string[]; passwordHash?: string } = {}) =>
    fixture.database.sessions.start({
      personId,
      token: createTicketId("TGT"),
      amr: ["pwd"],
      ...browser,
      ...more,
    });
  test("with a password that is no longer the user's, or that the user must change", async () => {
    await start({ passwordHash: "first" });
    await expect(start({ passwordHash: "second" })).rejects.toThrow(PersonGone);
    await fixture.pool.query("UPDATE password_credentials SET must_change = true");
    await expect(start({ passwordHash: "first" })).rejects.toThrow(PersonGone);
    expect(await fixture.database.sessions.listOf(personId)).toHaveLength(1);
  });

  test("with a password that changes while it waits", async () => {
    const { rows } = await fixture.pool.query("SELECT changed_at FROM password_credentials");
    const other = await fixture.pool.connect();
    await other.query("BEGIN");
    await other.query("SELECT FROM users WHERE id = $1 FOR UPDATE", [personId]);
    await other.query("UPDATE password_credentials SET hash = 'second', changed_at = $1", [
      rows[0].changed_at,
    ]);
    const started = expect(start({ passwordHash: "first" })).rejects.toThrow(PersonGone);
    const waiting =
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%start_session%'";
    await vi.waitFor(async () => expect((await fixture.pool.query(waiting)).rowCount).toBe(1), 10_000);
    await other.query("COMMIT");
    other.release();
    await started;
  });

  test.each([
    ["one-time codes", "INSERT INTO totp_factors (person_id, sealed, last_step) VALUES ($1, 'sealed', 1)"],
    [
      "a passkey",
      "INSERT INTO passkeys (id, person_id, name, public_key, backup_eligible, backed_up) VALUES ('k', $1, '', '', true, true)",
    ],
  ])("without the factor of a user who has %s", async (_, insert) => {
    await fixture.pool.query(insert, [personId]);
    await expect(start()).rejects.toThrow(PersonGone);
    await start({ amr: ["pwd", "otp", "mfa"] });
    expect(await fixture.database.sessions.listOf(personId)).toHaveLength(1);
  });
});
