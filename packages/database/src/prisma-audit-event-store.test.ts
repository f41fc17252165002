import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AuditEntry, AuditEvent } from "./audit-event-store.ts";
import { createPerson, type DatabaseFixture, openDatabaseFixture } from "./database-fixture.ts";

let fixture: DatabaseFixture;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
afterAll(() => fixture.close());

const trail = () => fixture.database.auditEvents;
const hub = { kind: "hub", id: "" } as const;
const one = (kind: string, more: Partial<AuditEvent> = {}): AuditEvent => ({ kind, actor: hub, ...more });

/** Entries written after this call. */
async function mark(): Promise<() => Promise<readonly AuditEntry[]>> {
  const [newest] = await trail().listNewest({}, { limit: 1 });
  return () => trail().listOldest({}, { limit: 1000, after: newest?.id ?? 0 });
}

/** A link that a test can compute: the previous one and the place. */
const link = (previous: string, position: number, { id }: AuditEntry) => `${previous}/${position}:${id}`;

describe("entries", () => {
  test("keep every field, with the database's time", async () => {
    const written = await mark();
    const person = await createPerson(fixture.database);
    const sessionId = "4ac9b7b1-8d40-4b39-8b3a-1d6d53a1ee3b";
    await trail().write([
      {
        kind: "passkey-added",
        outcome: "origin_wrong",
        actor: { kind: "user", id: person.id, address: "192.0.2.7", userAgent: "Firefox" },
        personId: person.id,
        sessionId,
        siteId: "shop",
        facts: { name: "Laptop" },
      },
    ]);
    expect(await written()).toEqual([
      {
        id: expect.any(Number),
        at: expect.any(Date),
        kind: "passkey-added",
        outcome: "origin_wrong",
        actorKind: "user",
        actor: person.id,
        personId: person.id,
        sessionId,
        siteId: "shop",
        address: "192.0.2.7",
        userAgent: "Firefox",
        facts: { name: "Laptop" },
      },
    ]);
  });

  test("written together stay in order, and an event without outcome is done", async () => {
    const written = await mark();
    await trail().write([one("a"), one("b"), one("c")]);
    expect((await written()).map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ["a", "done"],
      ["b", "done"],
      ["c", "done"],
    ]);
  });

  test("take any text, NUL and half of a surrogate pair included", async () => {
    const written = await mark();
    const text = "a\0b\ud800c";
    await trail().write([one("a", { actor: { ...hub, userAgent: "x\0y" }, facts: { text } })]);
    expect((await written())[0]).toMatchObject({ userAgent: "x\ufffdy", facts: { text: "a\ufffdb\ufffdc" } });
  });

  test("are neither changed nor deleted nor truncated", async () => {
    await trail().write([one("a")]);
    for (const statement of [
      "UPDATE audit_events SET outcome = 'other'",
      "DELETE FROM audit_events",
      "TRUNCATE audit_events",
    ])
      await expect(fixture.pool.query(statement)).rejects.toThrow("never changed or deleted");
  });

  test("stay when their user is removed", async () => {
    const person = await createPerson(fixture.database);
    await trail().write([one("a", { personId: person.id })]);
    await fixture.database.people.remove(person.id);
    expect(await trail().listNewest({ personId: person.id }, { limit: 10 })).toHaveLength(1);
  });

  test("are found by user, kind and time, in pages in both orders", async () => {
    const { id: personId } = await createPerson(fixture.database);
    await trail().write(["a", "b", "a", "c", "a"].map((kind) => one(kind, { personId })));
    const newest = await trail().listNewest({ personId, kinds: ["a", "b"] }, { limit: 2 });
    expect(newest.map(({ kind }) => kind)).toEqual(["a", "a"]);
    const before = newest[1]?.id;
    const next = await trail().listNewest({ personId, kinds: ["a", "b"] }, { limit: 9, before });
    expect(next.map(({ kind }) => kind)).toEqual(["b", "a"]);
    const oldest = await trail().listOldest({ personId }, { limit: 2, after: next[1]?.id ?? 0 });
    expect(oldest.map(({ kind }) => kind)).toEqual(["b", "a"]);
    const { at } = oldest[0] as AuditEntry;
    const later = new Date(at.getTime() + 1);
    expect(await trail().listOldest({ personId, since: later }, { limit: 9, after: 0 })).toEqual([]);
    expect(await trail().listOldest({ personId, until: at }, { limit: 9, after: 0 })).toEqual([]);
    expect(
      await trail().listOldest({ personId, since: at, until: later }, { limit: 9, after: 0 }),
    ).toHaveLength(5);
    expect(await trail().listNewest({ personId: "nobody" }, { limit: 9 })).toEqual([]);
  });

  test("that were acknowledged survive a kill of the server", async () => {
    const { id: personId } = await createPerson(fixture.database);
    await trail().write([one("a", { personId })]);
    await fixture.reopenAfterKill();
    expect(await trail().listNewest({ personId }, { limit: 9 })).toHaveLength(1);
  });
});

describe("the chain", () => {
  beforeEach(async () => {
    while ((await trail().chainNext(1000, link)) > 0);
  });

  test("takes entries in the order of their ids, each after the previous place", async () => {
    const start = await trail().head();
    await trail().write([one("a"), one("b"), one("c")]);
    expect([await trail().chainNext(2, link), await trail().chainNext(2, link)]).toEqual([2, 1]);
    expect(await trail().chainNext(2, link)).toBe(0);
    const chained = await trail().readChain(start?.position ?? 0, 10);
    expect(chained.map(({ kind }) => kind)).toEqual(["a", "b", "c"]);
    let [previous, position] = [start?.chain ?? "", start?.position ?? 0];
    for (const entry of chained) {
      position += 1;
      previous = link(previous, position, entry);
      expect([entry.position, entry.chain]).toEqual([position, previous]);
    }
    expect(await trail().head()).toEqual({ position, chain: previous });
  });

  test("appends an entry that is committed after a later one was chained", async () => {
    const start = (await trail().head())?.position ?? 0;
    const late = await fixture.pool.connect();
    await late.query("BEGIN");
    await late.query("INSERT INTO audit_events (kind, outcome, actor_kind) VALUES ('late', 'done', 'hub')");
    await trail().write([one("early")]);
    await trail().chainNext(10, link);
    await late.query("COMMIT");
    late.release();
    await trail().chainNext(10, link);
    const chained = await trail().readChain(start, 10);
    expect(chained.map(({ kind }) => kind)).toEqual(["early", "late"]);
    expect(chained[0]?.id).toBeGreaterThan(chained[1]?.id ?? 0);
  });

  test("has one place for each entry when several processes append at once", async () => {
    const start = (await trail().head())?.position ?? 0;
    await trail().write(Array.from({ length: 60 }, () => one("a")));
    const counts = await Promise.all(Array.from({ length: 6 }, () => trail().chainNext(25, link)));
    expect(counts.reduce((sum, count) => sum + count)).toBe(60);
    const chained = await trail().readChain(start, 100);
    expect(chained.map(({ position }) => position - start)).toEqual(
      Array.from({ length: 60 }, (_, at) => at + 1),
    );
    expect(new Set(chained.map(({ id }) => id)).size).toBe(60);
  });
});

describe("a session's audit", () => {
  const browser = { userAgent: "Firefox", address: "192.0.2.7" };
  let tokens = 0;
  async function start(personId: string, previousToken?: string) {
    tokens += 1;
    const token = `TGT-audit-${tokens}`;
    const { sessions } = fixture.database;
    const session = await sessions.start({
      ...browser,
      personId,
      token,
      previousToken,
      longTerm: false,
      amr: ["pwd", "otp"],
    });
    return { token, id: session.id };
  }
  const eventsOf = (personId: string) => trail().listOldest({ personId }, { limit: 100, after: 0 });

  test("records the start, with its methods and where it came from", async () => {
    const { id: personId } = await createPerson(fixture.database);
    const { id } = await start(personId);
    expect(await eventsOf(personId)).toMatchObject([
      {
        kind: "sign-in",
        outcome: "done",
        actorKind: "user",
        actor: personId,
        sessionId: id,
        ...browser,
        facts: { amr: ["pwd", "otp"] },
      },
    ]);
  });

  test.each([
    ["signed-out", "sign-out", "user"],
    ["ended-elsewhere", "session-ended", "user"],
    ["password-changed", "session-ended", "user"],
    ["disabled", "session-ended", "operator"],
    ["ended-by-operator", "session-ended", "operator"],
  ] as const)("records the end for the reason %s as %s by the %s", async (reason, kind, actorKind) => {
    const { id: personId } = await createPerson(fixture.database);
    const { token, id } = await start(personId);
    await fixture.database.sessions.end({ token }, reason);
    expect(await fixture.database.sessions.end({ token }, reason)).toEqual([]);
    expect((await eventsOf(personId)).slice(1)).toMatchObject([
      { kind, actorKind, actor: actorKind === "user" ? personId : "", sessionId: id, facts: { reason } },
    ]);
  });

  test("names the given actor and the address of the request", async () => {
    const { id: personId } = await createPerson(fixture.database);
    await start(personId);
    const by = { kind: "operator", id: "root", address: "192.0.2.9", userAgent: "curl" } as const;
    await fixture.database.sessions.end({ personId }, "ended-by-operator", by);
    expect((await eventsOf(personId))[1]).toMatchObject({
      actorKind: "operator",
      actor: "root",
      address: "192.0.2.9",
      userAgent: "curl",
    });
  });

  test("records that an expired session ended by itself, even if the user asks for it", async () => {
    const { id: personId } = await createPerson(fixture.database);
    const [first, second] = [await start(personId), await start(personId)];
    await fixture.clock.advance(31 * 60);
    await fixture.database.sessions.end({ token: first.token }, "signed-out", { kind: "user", id: personId });
    await fixture.database.sessions.endExpired(100);
    await fixture.clock.reset();
    const ends = (await eventsOf(personId)).slice(2);
    expect(ends.map(({ sessionId }) => sessionId)).toEqual([first.id, second.id]);
    for (const end of ends)
      expect(end).toMatchObject({
        kind: "session-ended",
        actorKind: "hub",
        actor: "",
        facts: { reason: "idle" },
      });
  });

  test("records that a new sign-in of the browser replaces its session", async () => {
    const { id: personId } = await createPerson(fixture.database);
    const first = await start(personId);
    await start(personId, first.token);
    expect((await eventsOf(personId)).slice(1)).toMatchObject([
      { kind: "sign-in" },
      { kind: "session-ended", sessionId: first.id, ...browser, facts: { reason: "replaced" } },
    ]);
  });

  test("cannot be written: no session starts, and every session still ends", async () => {
    const { id: personId } = await createPerson(fixture.database);
    const { token } = await start(personId);
    await fixture.pool.query(`
      CREATE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no trail'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_audit()`);
    try {
      await expect(start(personId)).rejects.toThrow("no trail");
      expect(await fixture.database.sessions.end({ token }, "signed-out")).toHaveLength(1);
    } finally {
      await fixture.pool.query("DROP TRIGGER refuse ON audit_events; DROP FUNCTION refuse_audit");
    }
    expect(await fixture.database.sessions.find(token, { touch: false })).toMatchObject({
      state: "ended",
      reason: "signed-out",
    });
    expect(await fixture.database.sessions.listOf(personId)).toEqual([]);
  });
});
