import { expect, test } from "vitest";
import type { CentralSessionFixture } from "./central-session-fixture.ts";
import type { EndReason } from "./central-session-store.ts";

const everyReason: readonly EndReason[] = [
  "signed-out",
  "ended-elsewhere",
  "idle",
  "absolute",
  "replaced",
  "disabled",
  "password-changed",
  "ended-by-operator",
];

/** Contract tests of ending: a session ends once, for one reason, and each of its sites is notified. */
export function lawsOfEnding(fixture: CentralSessionFixture): void {
  lawsOfEnd(fixture);
  lawsOfReplacement(fixture);
  lawsOfRaces(fixture);
  lawsOfSweeping(fixture);
}

function lawsOfEnd({ underTest, sessions, start, stateOf }: CentralSessionFixture): void {
  test.each(everyReason)("ASVS 7.4.1 an ended session stays ended, with its reason: %s", async (reason) => {
    const { token, session } = await start();
    const index = await underTest().joinSite(session.id, "shop");
    expect(await sessions().end({ token }, reason)).toEqual([session.id]);
    expect(await stateOf(token, { touch: true })).toBe(reason);
    const asked = await sessions().findBySessionIndex("shop", index, { touch: true });
    expect(asked).toEqual({ state: "ended", reason, username: expect.any(String) });
  });

  test("CAS 2.3.3 every site of an ended session is notified once", async () => {
    const { token, session } = await start();
    const indexes = [
      await underTest().joinSite(session.id, "shop"),
      await underTest().joinSite(session.id, "bank"),
      await underTest().joinSite(session.id, "bank"),
    ];
    await sessions().end({ token }, "signed-out");
    expect(await sessions().end({ token }, "ended-by-operator")).toEqual([]);
    expect([...(await underTest().queuedLogouts())].sort()).toEqual(indexes.sort());
    expect(await stateOf(token)).toBe("signed-out");
  });

  test("ASVS 8.2.2 a session is ended by its id only for its own user", async () => {
    const [mine, theirs] = [await start(), await start()];
    const end = (sessionId: string, personId: string) =>
      sessions().end({ sessionId, personId }, "ended-elsewhere");
    expect(await end(theirs.session.id, mine.personId)).toEqual([]);
    expect(await end("not an id", mine.personId)).toEqual([]);
    expect(await end(mine.session.id, mine.personId)).toEqual([mine.session.id]);
    expect([await stateOf(mine.token), await stateOf(theirs.token)]).toEqual(["ended-elsewhere", "alive"]);
  });

  test("ASVS 7.4.3 ends all sessions of a user, or all but the present one", async () => {
    const here = await start();
    const { personId } = here;
    const others = [await start({ personId }), await start({ personId })];
    const stranger = await start();
    const ended = await sessions().end({ personId, exceptSessionId: here.session.id }, "ended-elsewhere");
    expect([...ended].sort()).toEqual(others.map(({ session }) => session.id).sort());
    expect(await stateOf(here.token)).toBe("alive");
    expect(await sessions().end({ personId }, "password-changed")).toEqual([here.session.id]);
    expect([await stateOf(here.token), await stateOf(stranger.token)]).toEqual(["password-changed", "alive"]);
  });
}

function lawsOfReplacement({ underTest, sessions, start, stateOf }: CentralSessionFixture): void {
  test("ASVS 7.2.4 a new sign-in ends the previous session of the browser", async () => {
    const before = await start();
    const after = await start({ personId: before.personId, previousToken: before.token });
    expect([await stateOf(before.token), await stateOf(after.token)]).toEqual(["replaced", "alive"]);
  });

  test("sites of the same user move to the new session and are not notified", async () => {
    const before = await start();
    const index = await underTest().joinSite(before.session.id, "shop");
    const after = await start({ personId: before.personId, previousToken: before.token });
    expect(await underTest().queuedLogouts()).toEqual([]);
    const asked = await sessions().findBySessionIndex("shop", index, { touch: false });
    expect(asked).toMatchObject({ state: "alive", session: { id: after.session.id } });
    await sessions().end({ token: after.token }, "signed-out");
    expect(await underTest().queuedLogouts()).toEqual([index]);
  });

  test("sites of another user are notified", async () => {
    const before = await start();
    const index = await underTest().joinSite(before.session.id, "shop");
    const after = await start({ previousToken: before.token });
    expect(after.personId).not.toBe(before.personId);
    expect(await underTest().queuedLogouts()).toEqual([index]);
    expect(await sessions().findBySessionIndex("shop", index, { touch: false })).toMatchObject({
      state: "ended",
      reason: "replaced",
    });
  });

  test("an idle previous session ends as idle, and its sites do not move to the new one", async () => {
    const before = await start();
    const index = await underTest().joinSite(before.session.id, "shop");
    await underTest().advance(31 * 60);
    await start({ personId: before.personId, previousToken: before.token });
    expect(await stateOf(before.token)).toBe("idle");
    expect(await underTest().queuedLogouts()).toEqual([index]);
  });

  test("an unknown previous token does not prevent a sign-in", async () => {
    const { token } = await start({ previousToken: "TGT-of-long-ago" });
    expect(await stateOf(token)).toBe("alive");
  });
}

function lawsOfRaces({ underTest, sessions, start }: CentralSessionFixture): void {
  test("of 20 concurrent calls one ends the session, and its sites are notified once", async () => {
    const { token, session, personId } = await start();
    const index = await underTest().joinSite(session.id, "shop");
    const ends = Array.from({ length: 20 }, (_, turn) =>
      turn % 2 === 0
        ? sessions().end({ token }, "signed-out")
        : sessions().end({ personId }, "ended-by-operator"),
    );
    expect((await Promise.all(ends)).flat()).toEqual([session.id]);
    expect(await underTest().queuedLogouts()).toEqual([index]);
  });

  test("a site that joins while the session ends is notified, or refused", async () => {
    for (let round = 0; round < 15; round++) {
      const { token, session } = await start();
      const joins = Array.from({ length: 6 }, () =>
        underTest()
          .joinSite(session.id, "shop")
          .catch(() => "refused"),
      );
      const [, ...joined] = await Promise.all([sessions().end({ token }, "signed-out"), ...joins]);
      const told = await underTest().queuedLogouts();
      expect(told).toEqual(expect.arrayContaining(joined.filter((index) => index !== "refused")));
    }
  });

  test("a site that joins while the user signs in again is moved, notified, or refused", async () => {
    for (let round = 0; round < 15; round++) {
      const before = await start();
      const joins = Array.from({ length: 6 }, () =>
        underTest()
          .joinSite(before.session.id, "shop")
          .catch(() => "refused"),
      );
      const again = start({ personId: before.personId, previousToken: before.token });
      const [after, ...joined] = await Promise.all([again, ...joins]);
      const told = await underTest().queuedLogouts();
      for (const index of joined.filter((name) => name !== "refused")) {
        const found = await sessions().findBySessionIndex("shop", index, { touch: false });
        const carried = found.state === "alive" && found.session.id === after.session.id;
        expect(carried || told.includes(index)).toBe(true);
      }
    }
  });

  test("concurrent sweeps end each session once", async () => {
    const started = await Promise.all(Array.from({ length: 30 }, () => start()));
    const index = await underTest().joinSite(started[0]?.session.id ?? "", "shop");
    await underTest().advance(31 * 60);
    const counts = await Promise.all(Array.from({ length: 6 }, () => sessions().endExpired(100)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30);
    expect(await underTest().queuedLogouts()).toEqual([index]);
  });
}

function lawsOfSweeping({ underTest, sessions, start, stateOf }: CentralSessionFixture): void {
  test("ASVS 7.1.3 sites of expired sessions are notified, in batches", async () => {
    const idle = [await start(), await start(), await start()];
    const indexes = await Promise.all(idle.map(({ session }) => underTest().joinSite(session.id, "shop")));
    const old = await start();
    await underTest().advance(31 * 60);
    const alive = await start();
    expect([
      await sessions().endExpired(3),
      await sessions().endExpired(3),
      await sessions().endExpired(3),
    ]).toEqual([3, 1, 0]);
    expect([...(await underTest().queuedLogouts())].sort()).toEqual([...indexes].sort());
    expect([await stateOf(old.token), await stateOf(alive.token)]).toEqual(["idle", "alive"]);
  });

  test("a session past its absolute timeout ends as absolute", async () => {
    const { token } = await start();
    for (let hours = 0; hours < 36; hours++) {
      await underTest().advance(20 * 60);
      await stateOf(token, { touch: true });
    }
    expect(await sessions().endExpired(10)).toBe(1);
    expect(await stateOf(token)).toBe("absolute");
  });

  test("an ended session keeps its reason for a week, and is deleted after its sites were notified", async () => {
    const [told, untold] = [await start(), await start()];
    await underTest().joinSite(untold.session.id, "shop");
    await sessions().end({ token: told.token }, "signed-out");
    await sessions().end({ token: untold.token }, "signed-out");
    await underTest().advance(6 * 24 * 3600);
    expect(await sessions().sweep(10)).toBe(0);
    expect(await stateOf(told.token)).toBe("signed-out");
    await underTest().advance(2 * 24 * 3600);
    expect(await sessions().sweep(10)).toBe(1);
    expect([await stateOf(told.token), await stateOf(untold.token)]).toEqual(["unknown", "signed-out"]);
  });
}
