import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { randomToken } from "./central-session-fixture.ts";
import {
  type DatabaseFixture,
  emptyDatabase,
  joinSite,
  openDatabaseFixture,
  waiting,
} from "./database-fixture.ts";
import { PersonExists, PersonGone, type PersonStore } from "./person-store.ts";
import { testRecord } from "./test-record.ts";

let fixture: DatabaseFixture;
let people: PersonStore;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  people = fixture.database.people;
});
afterAll(() => fixture.close());

const alice = {
  username: "Alice",
  name: "Alice Liddell",
  email: "Alice@Example.com",
  operator: false,
  password: { hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA", standsAlone: true },
};

test("a user is found by username or email address, case-insensitively, with the hash of the password", async () => {
  const created = await people.create(alice);
  expect(created).toMatchObject({ username: "alice", email: "alice@example.com", name: "Alice Liddell" });
  for (const identifier of ["alice", "ALICE", "alice@example.com", "Alice@EXAMPLE.com"]) {
    expect(await people.findForSignIn(identifier)).toEqual({
      person: created,
      passwordHash: alice.password.hash,
      mustChange: false,
      hasFactor: false,
    });
  }
  expect(await people.findById(created.id)).toEqual(created);
});

test("an unknown name finds nobody", async () => {
  await people.create(alice);
  for (const identifier of ["", "%", "alic", "alice\0", "Alice Liddell", "' OR 1=1 --"]) {
    expect(await people.findForSignIn(identifier)).toBeNull();
  }
  expect(await people.findById("not an id")).toBeNull();
  expect(await people.findById("00000000-0000-4000-8000-000000000000")).toBeNull();
});

test("username and email address are unique, case-insensitively and under concurrency", async () => {
  const both = await Promise.allSettled([people.create(alice), people.create(alice)]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await expect(people.create({ ...alice, email: "other@example.com" })).rejects.toThrow(PersonExists);
  await expect(people.create({ ...alice, username: "other" })).rejects.toThrow(PersonExists);
});

test("another user's email address cannot be a username", async () => {
  await expect(people.create({ ...alice, username: "bob@example.com" })).rejects.toThrow("username");
  expect(await people.create({ ...alice, username: "alice@example.com" })).toMatchObject({
    username: "alice@example.com",
  });
});

test("a user without a password has none until one is set", async () => {
  const { id } = await people.create({ ...alice, password: null });
  expect(await people.findForSignIn("alice")).toMatchObject({ passwordHash: null });
  await people.setPassword(id, { hash: "first", standsAlone: true });
  await people.setPassword(id, { hash: "second", standsAlone: true });
  expect(await people.findForSignIn("alice")).toMatchObject({ passwordHash: "second", mustChange: false });
});

test("a password that is too short to be the only factor is stored beside a factor only", async () => {
  const { id } = await people.create({ ...alice, password: null });
  const short = { hash: "short", standsAlone: false };
  await expect(people.setPassword(id, short)).rejects.toThrow("needs a factor");
  expect(await people.findForSignIn("alice")).toMatchObject({ passwordHash: null });
  await fixture.pool.query("INSERT INTO totp_factors (person_id, sealed, last_step) VALUES ($1, 'x', 0)", [
    id,
  ]);
  await people.setPassword(id, short);
  const { rows } = await fixture.pool.query("SELECT stands_alone FROM password_credentials");
  expect(rows).toEqual([{ stands_alone: false }]);
});

test("a password that the user chose need not be changed, in contrast to one of an operator", async () => {
  const { id } = await people.create(alice);
  await fixture.pool.query("UPDATE password_credentials SET must_change = true");
  expect(await people.findForSignIn("alice")).toMatchObject({ mustChange: true });
  await people.setPassword(id, { hash: "chosen", standsAlone: true });
  expect(await people.findForSignIn("alice")).toMatchObject({ mustChange: false });
});

test("a one-time code and a passkey are factors", async () => {
  const ofPasskey = await people.create({ ...alice, username: "bob", email: "bob@example.com" });
  const ofCodes = await people.create(alice);
  await fixture.pool.query(
    "INSERT INTO passkeys (id, person_id, name, public_key, backup_eligible, backed_up) VALUES ('key', $1, 'Phone', '', true, true)",
    [ofPasskey.id],
  );
  await fixture.pool.query(
    "INSERT INTO totp_factors (person_id, sealed, last_step) VALUES ($1, 'sealed', 1)",
    [ofCodes.id],
  );
  for (const name of ["alice", "bob"])
    expect(await people.findForSignIn(name)).toMatchObject({ hasFactor: true });
});

test("a hash is renewed only while the password is unchanged, and keeps its age", async () => {
  const { id } = await people.create(alice);
  const age = async () => (await fixture.pool.query("SELECT changed_at FROM password_credentials")).rows;
  const before = await age();
  await fixture.clock.advance(60);
  expect(await people.renewHash(id, { from: alice.password.hash, to: "renewed" })).toBe(true);
  expect(await people.findForSignIn("alice")).toMatchObject({ passwordHash: "renewed" });
  expect(await age()).toEqual(before);
  expect(await people.renewHash(id, { from: alice.password.hash, to: "of the former password" })).toBe(false);
  expect(await people.findForSignIn("alice")).toMatchObject({ passwordHash: "renewed" });
});

test("of 50 concurrent first sign-ins exactly one is the first", async () => {
  const { id } = await people.create(alice);
  const noted = await Promise.all(Array.from({ length: 50 }, () => people.noteFirstSignIn(id)));
  expect(noted.filter(Boolean)).toHaveLength(1);
  expect(await people.noteFirstSignIn(id)).toBe(false);
});

test("a user is disabled and enabled", async () => {
  const { id } = await people.create(alice);
  await people.setDisabled(id, true);
  expect(await people.findById(id)).toMatchObject({ disabled: true });
  expect(await people.findForSignIn("alice")).toMatchObject({ person: { disabled: true } });
  await people.setDisabled(id, false);
  expect(await people.findById(id)).toMatchObject({ disabled: false });
});

test("all users are listed by username, disabled ones included", async () => {
  expect(await people.list()).toEqual([]);
  const zoe = await people.create({ ...alice, username: "zoe", email: "zoe@example.com" });
  const first = await people.create(alice);
  await people.setDisabled(zoe.id, true);
  expect(await people.list()).toEqual([
    { ...first, isInvited: false },
    { ...zoe, disabled: true, isInvited: false },
  ]);
});

test.each<[string, (id: string) => Promise<unknown>]>([
  ["is disabled", (id) => people.setDisabled(id, true)],
  ["has signed in", (id) => people.noteFirstSignIn(id)],
  ["has a password", (id) => people.setPassword(id, alice.password)],
  [
    "has a passkey",
    (id) =>
      fixture.pool.query(
        `INSERT INTO passkeys (id, person_id, name, public_key, backup_eligible, backed_up)
         VALUES ('one', $1, 'key', '', false, false)`,
        [id],
      ),
  ],
  [
    "has an account at a provider",
    (personId) =>
      fixture.database.upstreamAccounts.link(
        { personId, provider: "github", id: "42", label: "octocat" },
        testRecord,
      ),
  ],
])("a user is invited, until they %s", async (_, change) => {
  const { id } = await people.create({ ...alice, password: null });
  const answers = async () => [await people.isInvited(id), (await people.list())[0]?.isInvited];
  expect(await answers()).toEqual([true, true]);
  await change(id);
  expect(await answers()).toEqual([false, false]);
});

async function startSession(personId: string) {
  const token = randomToken();
  const browser = { userAgent: "", address: "", longTerm: false, amr: ["pwd"] };
  return { token, ...(await fixture.database.sessions.start({ personId, token, ...browser })) };
}
const queuedLogouts = async () =>
  (await fixture.database.logoutDeliveries.claim(10, 30)).map(({ sessionIndex }) => sessionIndex);

test("removing a user deletes everything except pending logout deliveries", async () => {
  const { id } = await people.create(alice);
  const session = await startSession(id);
  const index = await joinSite(fixture.database, session.id, "shop");
  await people.remove(id);
  expect(await people.findForSignIn("alice")).toBeNull();
  expect(await fixture.database.sessions.find(session.token, { touch: false })).toEqual({ state: "unknown" });
  expect(await queuedLogouts()).toEqual([index]);
  await people.remove(id);
  await people.remove("not an id");
  expect(await people.create(alice)).toMatchObject({ username: "alice" });
});

test("if a user cannot be deleted, the sessions stay valid and no site is notified", async () => {
  const { id } = await people.create(alice);
  const session = await startSession(id);
  await joinSite(fixture.database, session.id, "shop");
  await fixture.pool.query("CREATE TABLE keeps_users AS SELECT id FROM users");
  await fixture.pool.query("ALTER TABLE keeps_users ADD FOREIGN KEY (id) REFERENCES users (id)");
  try {
    await expect(people.remove(id)).rejects.toThrow("keeps_users");
    expect(await fixture.database.sessions.find(session.token, { touch: false })).toMatchObject({
      state: "alive",
    });
    expect(await queuedLogouts()).toEqual([]);
  } finally {
    await fixture.pool.query("DROP TABLE keeps_users");
  }
});

test("a session that waits for the removal is not started", async () => {
  const { id } = await people.create(alice);
  const client = await fixture.pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT FROM users WHERE id = $1 FOR UPDATE", [id]);
    const refused = expect(startSession(id)).rejects.toThrow(PersonGone);
    await waiting(fixture, 1);
    await client.query("DELETE FROM users WHERE id = $1", [id]);
    await client.query("COMMIT");
    await refused;
  } finally {
    client.release();
  }
});

test("the sites of a session that starts just before the removal are notified", async () => {
  const { id } = await people.create(alice);
  const client = await fixture.pool.connect();
  try {
    await client.query("BEGIN");
    await client.query(
      `WITH started AS (
        SELECT id FROM start_session($1, 'token', NULL, '', '', false, false, '1 hour', '1 hour', '0', '{pwd}')
      )
      INSERT INTO site_sessions (site_id, session_index, service, session_id, started_at, last_activity_at)
      SELECT 'shop', 'ST-1', 'https://shop.example/', id, hub_now(), hub_now() FROM started`,
      [id],
    );
    const removed = people.remove(id);
    await waiting(fixture, 1);
    await client.query("COMMIT");
    await removed;
  } finally {
    client.release();
  }
  expect(await queuedLogouts()).toEqual(["ST-1"]);
});
