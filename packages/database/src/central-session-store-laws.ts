import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lawsOfEnding } from "./central-session-ending-laws.ts";
import {
  type CentralSessionFixture,
  type CentralSessionStoreUnderTest,
  randomToken,
} from "./central-session-fixture.ts";

const minute = 60;
const hour = 60 * minute;

/**
 * Contract tests of `CentralSessionStore`; every implementation runs them in its own test file.
 *
 * @param title name of the implementation
 * @param open opens an empty store before each test; `close` is called after it
 */
export function centralSessionStoreLaws(
  title: string,
  open: () => Promise<CentralSessionStoreUnderTest>,
): void {
  describe(`${title} passes the contract tests of a central session store`, () => {
    let underTest: CentralSessionStoreUnderTest;
    beforeEach(async () => {
      underTest = await open();
    });
    afterEach(() => underTest.close());

    const fixture: CentralSessionFixture = {
      underTest: () => underTest,
      sessions: () => underTest.sessions,
      start: async ({ personId, previousToken, longTerm = false, askBefore = false } = {}) => {
        const token = randomToken();
        const person = personId ?? (await underTest.createPerson()).id;
        const browser = {
          userAgent: "a browser",
          address: "127.0.0.1",
          longTerm,
          askBefore,
          amr: ["pwd", "otp"],
        };
        const session = await underTest.sessions.start({
          personId: person,
          token,
          previousToken,
          ...browser,
        });
        return { token, personId: person, session };
      },
      stateOf: async (token, options = { touch: false }) => {
        const found = await underTest.sessions.find(token, options);
        return found.state === "ended" ? found.reason : found.state;
      },
    };
    lawsOfLife(fixture);
    lawsOfActivity(fixture);
    lawsOfNames(fixture);
    lawsOfEnding(fixture);
  });
}

function lawsOfLife({ underTest, sessions, start, stateOf }: CentralSessionFixture): void {
  test("a session from an earlier authentication has that time, and its timeouts start now", async () => {
    const { id: personId } = await underTest().createPerson();
    const browser = { userAgent: "a browser", address: "127.0.0.1", longTerm: false, amr: ["pwd"] };
    const now = await sessions().start({ personId, token: randomToken(), ...browser });
    const older = await sessions().start({
      personId,
      token: randomToken(),
      ...browser,
      provedSecondsAgo: 240,
    });
    const seconds = (later: Date, earlier: Date) => Math.round((later.getTime() - earlier.getTime()) / 1000);
    expect([now.amr, older.amr]).toEqual([["pwd"], ["pwd"]]);
    expect(seconds(now.startedAt, now.authenticatedAt)).toBe(0);
    expect(seconds(older.startedAt, older.authenticatedAt)).toBe(240);
    expect(seconds(older.expiresAt, older.startedAt)).toBe(seconds(now.expiresAt, now.startedAt));
  });

  test("ASVS 7.3.1 a session without activity ends at its idle timeout", async () => {
    const { token } = await start();
    await underTest().advance(30 * minute - 5);
    expect(await stateOf(token)).toBe("alive");
    await underTest().advance(6);
    expect(await stateOf(token)).toBe("idle");
  });

  test("ASVS 7.3.2 activity does not extend a session beyond its absolute timeout", async () => {
    const { token, session } = await start();
    for (let passed = 0; passed < 12 * hour - 20 * minute; passed += 20 * minute) {
      await underTest().advance(20 * minute);
      expect(await stateOf(token, { touch: true })).toBe("alive");
    }
    await underTest().advance(20 * minute);
    expect(await stateOf(token, { touch: true })).toBe("absolute");
    expect(session.expiresAt.getTime() - session.startedAt.getTime()).toBe(12 * hour * 1000);
  });

  test("a long-term session has its own timeouts and is marked", async () => {
    const { token, session } = await start({ longTerm: true });
    expect(session.longTerm).toBe(true);
    await underTest().advance(29 * 24 * hour);
    expect(await stateOf(token)).toBe("alive");
    await underTest().advance(25 * hour);
    expect(await stateOf(token)).not.toBe("alive");
  });

  test("confirmation of further sites is switched off and on for one session", async () => {
    const { token, personId, session } = await start({ askBefore: true });
    const other = await start({ personId, askBefore: true });
    expect(session.askBefore).toBe(true);
    await underTest().sessions.setAskBefore(session.id, false);
    expect(await underTest().sessions.find(token, { touch: false })).toMatchObject({
      session: { askBefore: false },
    });
    const found = await underTest().sessions.find(other.token, { touch: false });
    expect(found).toMatchObject({ session: { askBefore: true } });
    await underTest().sessions.setAskBefore(session.id, true);
    expect(await underTest().sessions.find(token, { touch: false })).toMatchObject({
      session: { askBefore: true },
    });
  });

  test("ASVS 7.4.2 the session of a disabled user is not valid, by any lookup", async () => {
    const { token, personId, session } = await start();
    const index = await underTest().joinSite(session.id, "shop");
    await underTest().disable(personId);
    expect(await stateOf(token)).toBe("disabled");
    const asked = await underTest().sessions.findBySessionIndex("shop", index, { touch: true });
    expect(asked).toMatchObject({ state: "ended", reason: "disabled" });
    expect(await underTest().sessions.listOf(personId)).toEqual([]);
  });

  test("ASVS 7.4.2 a disabled user starts no session", async () => {
    const { id } = await underTest().createPerson();
    await underTest().disable(id);
    await expect(start({ personId: id })).rejects.toThrow("disabled");
  });
}

function lawsOfActivity({ underTest, sessions, start, stateOf }: CentralSessionFixture): void {
  test("activity restarts the idle timeout, a lookup does not", async () => {
    const [used, watched] = [await start(), await start()];
    await underTest().advance(20 * minute);
    expect(await stateOf(used.token, { touch: true })).toBe("alive");
    expect(await stateOf(watched.token, { touch: false })).toBe("alive");
    await underTest().advance(20 * minute);
    expect(await stateOf(used.token)).toBe("alive");
    expect(await stateOf(watched.token)).toBe("idle");
  });

  test("activity is written at most once a minute", async () => {
    const { token, session } = await start();
    await underTest().advance(50);
    await stateOf(token, { touch: true });
    expect(await underTest().lastActivityOf(session.id)).toEqual(session.lastActivityAt);
    await underTest().advance(11);
    const found = await sessions().find(token, { touch: true });
    const written = await underTest().lastActivityOf(session.id);
    expect(written.getTime()).toBeGreaterThanOrEqual(session.lastActivityAt.getTime() + 61_000);
    expect(found).toMatchObject({ state: "alive", session: { lastActivityAt: written } });
    await Promise.all(Array.from({ length: 20 }, () => stateOf(token, { touch: true })));
    expect(await underTest().lastActivityOf(session.id)).toEqual(written);
  });

  test("activity at a site counts for the central session and is recorded for the site", async () => {
    const { token, personId, session } = await start();
    const index = await underTest().joinSite(session.id, "shop");
    await underTest().advance(20 * minute);
    await sessions().findBySessionIndex("shop", index, { touch: true });
    const [listed] = await sessions().listOf(personId);
    const [site] = listed?.sites ?? [];
    expect((site?.lastActivityAt.getTime() ?? 0) - (site?.startedAt.getTime() ?? 0)).toBeGreaterThan(
      1_190_000,
    );
    await underTest().advance(20 * minute);
    expect(await stateOf(token)).toBe("alive");
  });

  test("activity does not revive an ended session", async () => {
    const { token } = await start();
    await underTest().advance(31 * minute);
    expect(await stateOf(token, { touch: true })).toBe("idle");
    expect(await stateOf(token, { touch: false })).toBe("idle");
  });
}

function lawsOfNames({ underTest, sessions, start, stateOf }: CentralSessionFixture): void {
  test("ASVS 7.2.2 an unissued token is unknown, and so is the public id of a session", async () => {
    const { session } = await start();
    for (const token of [randomToken(), session.id, "", "TGT-\0"]) {
      expect(await stateOf(token)).toBe("unknown");
    }
  });

  test("only the hash of a token is stored, which is no valid token", async () => {
    const { token, session } = await start();
    const kept = await underTest().dump();
    expect(kept).toContain(session.id);
    expect(kept).not.toContain(token.slice("TGT-".length));
  });

  test("a session index is known only for its own site", async () => {
    const { session } = await start();
    const index = await underTest().joinSite(session.id, "shop");
    const find = (siteId: string, name: string) =>
      sessions().findBySessionIndex(siteId, name, { touch: false });
    expect(await find("shop", index)).toMatchObject({ state: "alive", session: { id: session.id } });
    expect(await find("bank", index)).toEqual({ state: "unknown" });
    expect(await find("shop", "ST-\0")).toEqual({ state: "unknown" });
  });

  test("ASVS 7.5.2 a user's valid sessions are listed with their sites, latest activity first", async () => {
    const first = await start();
    const second = await start({ personId: first.personId });
    const over = await start({ personId: first.personId });
    await start();
    await sessions().end({ token: over.token }, "signed-out");
    await underTest().joinSite(first.session.id, "shop");
    await underTest().joinSite(first.session.id, "shop");
    await underTest().joinSite(first.session.id, "bank");
    await underTest().advance(2 * minute);
    await stateOf(first.token, { touch: true });
    const listed = await sessions().listOf(first.personId);
    expect(listed.map(({ id }) => id)).toEqual([first.session.id, second.session.id]);
    expect(listed[0]?.sites.map(({ siteId }) => siteId).sort()).toEqual(["bank", "shop"]);
    expect(listed[1]?.sites).toEqual([]);
    expect(await sessions().listOf("nobody")).toEqual([]);
  });
}
