/** Tests of pending sign-ins: what begins a sign-in and what proves a factor is consumed once, together. */

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { randomToken } from "./central-session-fixture.ts";
import {
  createPerson,
  type DatabaseFixture,
  dumpTable,
  emptyDatabase,
  joinSite,
  openDatabaseFixture,
  waiting,
} from "./database-fixture.ts";
import type { FactorProof } from "./pending-sign-in-store.ts";
import { testRecord } from "./test-record.ts";

let fixture: DatabaseFixture;
let personId: string;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  personId = (await createPerson(fixture.database)).id;
});
afterAll(() => fixture.close());

const store = () => fixture.database.pendingSignIns;
const newCode = () => randomBytes(15).toString("hex");
const consumed: FactorProof = { kind: "consumed" };
const codeOf = (step: number, sealed = "sealed"): FactorProof => ({ kind: "code", step, sealed });

const recoveryCode = { kind: "recovery-code", code: newCode(), record: testRecord } as const;

interface Begun {
  readonly personId?: string;
  readonly amr?: readonly string[];
  readonly longTerm?: boolean;
  readonly provedSecondsAgo?: number;
}
async function begin(more: Begun = {}) {
  const token = randomToken();
  const values = { personId, amr: ["pwd"], longTerm: false, provedSecondsAgo: 0, lifeSeconds: 600, ...more };
  expect(await store().create({ token, ...values })).toBe(true);
  return token;
}

function complete(
  pendingToken: string,
  proof: FactorProof,
  more: { personId?: string; token?: string } = {},
) {
  return completeFrom({ pendingToken }, proof, more);
}
function completeFrom(
  from: Parameters<ReturnType<typeof store>["complete"]>[0]["from"],
  proof: FactorProof,
  more: { personId?: string; token?: string; previousToken?: string } = {},
) {
  return store().complete({
    from,
    personId,
    proof,
    amr: ["pwd", "otp", "mfa"],
    token: randomToken(),
    previousToken: undefined,
    userAgent: "",
    address: "192.0.2.1",
    askBefore: false,
    ...more,
  });
}
const turnOnCodes = (of = personId, recoveryCodes: readonly string[] = []) =>
  fixture.database.factors.turnOnCodes(
    { personId: of, sealed: "sealed", step: 100, recoveryCodes },
    testRecord,
  );
const startSession = (of = personId, amr = ["pwd"]) => {
  const token = randomToken();
  const start = { token, personId: of, longTerm: false, amr, address: "", userAgent: "" };
  return fixture.database.sessions.start(start).then((session) => ({ token, session }));
};

describe("a pending sign-in", () => {
  test("is not stored for a password that was changed after it was verified", async () => {
    await fixture.pool.query(
      "INSERT INTO password_credentials (user_id, hash, stands_alone) VALUES ($1, 'current', true)",
      [personId],
    );
    const values = { personId, amr: ["pwd"], longTerm: false, provedSecondsAgo: 0, lifeSeconds: 600 };
    const create = (passwordHash: string) =>
      store().create({ ...values, token: randomToken(), passwordHash });
    expect(await create("former")).toBe(false);
    expect(await create("current")).toBe(true);
  });

  test("is not stored for a password that changes while it waits", async () => {
    const password = { hash: "former", standsAlone: true };
    await fixture.database.people.setPassword(personId, password);
    const values = { personId, amr: ["pwd"], longTerm: false, provedSecondsAgo: 0, lifeSeconds: 600 };
    const other = await fixture.pool.connect();
    await other.query("BEGIN");
    await other.query("SELECT FROM users WHERE id = $1 FOR UPDATE", [personId]);
    await other.query("UPDATE password_credentials SET hash = 'next', changed_at = hub_now()");
    await other.query("DELETE FROM pending_sign_ins WHERE person_id = $1", [personId]);
    const created = store().create({ ...values, token: randomToken(), passwordHash: "former" });
    await waiting(fixture, 1);
    await other.query("COMMIT");
    other.release();
    expect(await created).toBe(false);
    expect(await dumpTable(fixture.database, "pending_sign_ins")).toBe("");
  });

  test("names its user and methods, is read without being consumed, and is stored as a hash", async () => {
    const token = await begin({ longTerm: true });
    const read = { person: { id: personId, disabled: false }, amr: ["pwd"], longTerm: true };
    expect(await store().find(token)).toMatchObject(read);
    expect(await store().find(token)).toMatchObject(read);
    const dump = await dumpTable(fixture.database, "pending_sign_ins");
    expect(dump).toContain(personId);
    expect(dump).not.toContain(token);
  });

  test("is no session, and its token no session token", async () => {
    const token = await begin();
    expect(await fixture.database.sessions.find(token, { touch: false })).toEqual({ state: "unknown" });
    expect(await fixture.database.sessions.listOf(personId)).toEqual([]);
  });

  test("ends after its life, and the sweep deletes it", async () => {
    const token = await begin();
    await fixture.clock.advance(599);
    expect(await store().find(token)).not.toBeNull();
    await fixture.clock.advance(1);
    expect(await store().find(token)).toBeNull();
    expect(await complete(token, consumed)).toBeNull();
    expect([await store().sweep(10), await store().sweep(10)]).toEqual([1, 0]);
  });

  test.each([
    [
      "the password changes",
      () => fixture.database.people.setPassword(personId, { hash: "$argon2id$other", standsAlone: true }),
    ],
    ["its user is disabled", () => fixture.database.people.setDisabled(personId, true)],
    ["its user is removed", () => fixture.database.people.remove(personId)],
  ])("ends when %s", async (_, end) => {
    const token = await begin();
    await fixture.clock.advance(1);
    await end();
    expect(await store().find(token)).toBeNull();
    expect(await complete(token, consumed)).toBeNull();
  });

  test("with another provider, which is older than the password or than the order to change it, goes on", async () => {
    const hash = "$argon2id$other";
    await fixture.database.people.setPassword(personId, { hash, standsAlone: true });
    await fixture.database.passwords.setMustChange(personId, hash, true);
    const token = await begin({ amr: ["fed"], provedSecondsAgo: 3600 });
    expect(await store().find(token)).toMatchObject({ amr: ["fed"] });
    expect(await complete(token, consumed)).not.toBeNull();
  });

  test("does not come back when its user is enabled again", async () => {
    const token = await begin();
    await fixture.database.people.setDisabled(personId, true);
    await fixture.database.people.setDisabled(personId, false);
    expect(await complete(token, consumed)).toBeNull();
    expect(await complete(await begin(), consumed)).not.toBeNull();
  });

  test("begins for no disabled user", async () => {
    await fixture.database.people.setDisabled(personId, true);
    const values = { amr: ["pwd"], longTerm: false, provedSecondsAgo: 0, lifeSeconds: 600 };
    expect(await store().create({ token: randomToken(), personId, ...values })).toBe(false);
  });

  test("becomes one session under 50 concurrent attempts", async () => {
    const token = await begin();
    const results = await Promise.all(Array.from({ length: 50 }, () => complete(token, consumed)));
    expect(results.filter((session) => session !== null)).toHaveLength(1);
    expect(await fixture.database.sessions.listOf(personId)).toHaveLength(1);
    expect(await store().find(token)).toBeNull();
  });

  test("and a change of the password at the same time do not deadlock", async () => {
    const { passwords, people } = fixture.database;
    for (let round = 0; round < 20; round++) {
      await people.setPassword(personId, { hash: "$argon2id$one", standsAlone: true });
      const tokens = await Promise.all(Array.from({ length: 6 }, () => begin()));
      const from = (await passwords.find(personId))?.changedAt ?? null;
      const password = { hash: "$argon2id$two", standsAlone: true };
      const results = await Promise.allSettled([
        ...tokens.slice(0, 3).map((token) => complete(token, consumed)),
        passwords.change({ personId, from, password, disconnectApps: false }, testRecord),
        ...tokens.slice(3).map((token) => complete(token, consumed)),
      ]);
      expect(results.filter(({ status }) => status === "rejected")).toEqual([]);
    }
  });

  test("starts a session with all methods, at the time of the first proof", async () => {
    const pendingToken = await begin({ longTerm: true, provedSecondsAgo: 60 });
    await fixture.clock.advance(120);
    const token = randomToken();
    const session = await complete(pendingToken, consumed, { token });
    expect(session).toMatchObject({ amr: ["pwd", "otp", "mfa"], longTerm: true, person: { id: personId } });
    const age = Number(session?.startedAt) - Number(session?.authenticatedAt);
    expect(Math.round(age / 1000)).toBe(180);
    const life = Number(session?.expiresAt) - Number(session?.startedAt);
    expect(Math.round(life / 86_400_000)).toBe(30);
    expect(await fixture.database.sessions.find(token, { touch: false })).toMatchObject({ state: "alive" });
  });

  test("of another user than the proof's is not consumed", async () => {
    const other = (await createPerson(fixture.database)).id;
    const token = await begin({ personId: other });
    expect(await complete(token, consumed)).toBeNull();
    expect(await store().find(token)).not.toBeNull();
    expect(await complete(token, consumed, { personId: other })).not.toBeNull();
  });

  test("is removed on request", async () => {
    const token = await begin();
    await store().remove(token);
    expect(await store().find(token)).toBeNull();
  });
});

describe("RFC 6238 5.2 a one-time code is accepted once", () => {
  test("of 50 concurrent sign-ins with one code exactly one starts a session", async () => {
    await turnOnCodes();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => begin()));
    const results = await Promise.all(tokens.map((token) => complete(token, codeOf(101))));
    expect(results.filter((session) => session !== null)).toHaveLength(1);
    expect(await fixture.database.sessions.listOf(personId)).toHaveLength(1);
  });

  test("neither it nor an earlier one again, nor the one that confirmed the secret; a later one is", async () => {
    await turnOnCodes();
    expect(await complete(await begin(), codeOf(100))).toBeNull();
    expect(await complete(await begin(), codeOf(102))).not.toBeNull();
    expect(await complete(await begin(), codeOf(102))).toBeNull();
    expect(await complete(await begin(), codeOf(101))).toBeNull();
    expect(await complete(await begin(), codeOf(103))).not.toBeNull();
  });

  test("not if the secret has changed since it was verified", async () => {
    await turnOnCodes();
    expect(await complete(await begin(), codeOf(101, "an earlier secret"))).toBeNull();
  });

  test("not for another user's sign-in", async () => {
    const other = (await createPerson(fixture.database)).id;
    await turnOnCodes(other);
    const token = await begin();
    expect(await complete(token, codeOf(101), { personId: other })).toBeNull();
    expect(await complete(token, codeOf(102))).toBeNull();
    expect(await store().find(token)).not.toBeNull();
  });
});

describe("a recovery code is accepted once", () => {
  test("of 50 concurrent sign-ins with one code exactly one starts a session", async () => {
    const codes = [newCode(), newCode()];
    await turnOnCodes(personId, codes);
    const proof: FactorProof = { kind: "recovery-code", code: codes[0] ?? "", record: testRecord };
    const tokens = await Promise.all(Array.from({ length: 50 }, () => begin()));
    const results = await Promise.all(tokens.map((token) => complete(token, proof)));
    expect(results.filter((session) => session !== null)).toHaveLength(1);
    expect(await fixture.database.factors.of(personId)).toMatchObject({ recoveryCodes: 1 });
  });

  test("not another user's, which stays usable", async () => {
    const other = (await createPerson(fixture.database)).id;
    const code = newCode();
    await turnOnCodes(other, [code]);
    expect(await complete(await begin(), { kind: "recovery-code", code, record: testRecord })).toBeNull();
    const theirs = await begin({ personId: other });
    expect(
      await complete(theirs, { kind: "recovery-code", code, record: testRecord }, { personId: other }),
    ).not.toBeNull();
  });
});

describe("a void sign-in consumes no proof", () => {
  test.each([
    ["of a session", () => completeFrom({ sessionToken: randomToken() }, recoveryCode)],
    ["that is pending", () => complete(randomToken(), recoveryCode)],
    [
      "of a user who must change the password",
      () => {
        const prove = { pendingToken: randomToken(), personId, proof: recoveryCode, amr: ["pwd", "mfa"] };
        return store()
          .addFactor(prove)
          .then((isAdded) => isAdded || null);
      },
    ],
  ])("%s: the recovery code stays", async (_, attempt) => {
    await turnOnCodes(personId, [recoveryCode.code]);
    expect(await attempt()).toBeNull();
    expect(await fixture.database.factors.of(personId)).toMatchObject({ recoveryCodes: 1 });
    expect(await complete(await begin(), recoveryCode)).not.toBeNull();
  });

  test("the one-time code stays", async () => {
    await turnOnCodes();
    expect(await complete(randomToken(), codeOf(101))).toBeNull();
    expect(await complete(await begin(), codeOf(101))).not.toBeNull();
  });
});

describe("step-up of a session", () => {
  test("replaces it under a new token; sites move over and are not told", async () => {
    const { token, session } = await startSession();
    await joinSite(fixture.database, session.id, "shop");
    await fixture.clock.advance(60);
    const next = randomToken();
    const stronger = await completeFrom({ sessionToken: token }, consumed, {
      token: next,
      previousToken: token,
    });
    expect(stronger).toMatchObject({ amr: ["pwd", "otp", "mfa"], uid: session.uid });
    expect(stronger?.authenticatedAt).toEqual(session.authenticatedAt);
    expect(await fixture.database.sessions.find(token, { touch: false })).toMatchObject({
      reason: "replaced",
    });
    const [listed] = await fixture.database.sessions.listOf(personId);
    expect(listed).toMatchObject({ id: stronger?.id, sites: [{ siteId: "shop" }] });
    expect(await dumpTable(fixture.database, "logout_deliveries")).toBe("");
  });

  test("ASVS 7.3.2 does not prolong the sign-in: the stronger session ends when the weak one would have", async () => {
    const { token, session } = await startSession();
    await fixture.clock.advance(600);
    const stronger = await completeFrom({ sessionToken: token }, consumed, { previousToken: token });
    expect(stronger?.expiresAt).toEqual(session.expiresAt);
  });

  test("revives no ended session", async () => {
    const { token, session } = await startSession();
    await fixture.database.sessions.end({ personId, sessionId: session.id }, "signed-out");
    expect(await completeFrom({ sessionToken: token }, consumed, { previousToken: token })).toBeNull();
    const idle = await startSession();
    await fixture.clock.advance(31 * 60);
    expect(await completeFrom({ sessionToken: idle.token }, consumed)).toBeNull();
    expect(await fixture.database.sessions.listOf(personId)).toEqual([]);
  });

  test("happens once under 50 concurrent attempts", async () => {
    const { token } = await startSession();
    const attempt = () => completeFrom({ sessionToken: token }, consumed, { previousToken: token });
    const results = await Promise.all(Array.from({ length: 50 }, attempt));
    expect(results.filter((session) => session !== null)).toHaveLength(1);
    expect(await fixture.database.sessions.listOf(personId)).toHaveLength(1);
  });

  test("of another user's session fails", async () => {
    const other = (await createPerson(fixture.database)).id;
    const { token } = await startSession(other);
    expect(await completeFrom({ sessionToken: token }, consumed)).toBeNull();
    expect(await fixture.database.sessions.find(token, { touch: false })).toMatchObject({ state: "alive" });
  });
});
