/** Laws of what OpenID Connect keeps. */
import { randomBytes } from "node:crypto";
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { OidcArtifact, OidcArtifactStore } from "./oidc-artifact-store.ts";
import {
  createPerson,
  dumpTable,
  emptyDatabase,
  openTrialDatabase,
  type TrialDatabase,
} from "./trial-database.ts";

let trial: TrialDatabase;
let artifacts: OidcArtifactStore;
let personId: string;
beforeAll(async () => {
  trial = await openTrialDatabase();
});
beforeEach(async () => {
  await emptyDatabase(trial.database);
  await trial.database.pool.query("TRUNCATE oidc_artifacts");
  artifacts = trial.database.oidcArtifacts;
  personId = (await createPerson(trial.database)).id;
});
afterAll(() => trial.close());

const newId = () => randomBytes(32).toString("base64url");
async function keep(more: Partial<OidcArtifact> = {}, id = newId()): Promise<string> {
  await artifacts.upsert(id, {
    kind: "AuthorizationCode",
    payload: { scope: "openid" },
    lifeSeconds: 60,
    ...more,
  });
  return id;
}
const find = (id: string, kind = "AuthorizationCode") => artifacts.find(kind, id);

test("RFC 7523 3 of 50 who add the same one did, until it is past its life", async () => {
  const id = newId();
  const add = () => artifacts.add(id, { kind: "ReplayDetection", payload: {}, lifeSeconds: 60 });
  const added = () => Promise.all(Array.from({ length: 50 }, add));
  expect((await added()).filter(Boolean)).toHaveLength(1);
  await trial.database.testClock.advance(59);
  expect(await add()).toBe(false);
  await trial.database.testClock.advance(1);
  expect((await added()).filter(Boolean)).toHaveLength(1);
});

describe("RFC 6749 4.1.2 single use", () => {
  test("of 50 concurrent spends one wins", async () => {
    const id = await keep();
    const spent = await Promise.all(
      Array.from({ length: 50 }, () => artifacts.consume("AuthorizationCode", id)),
    );
    expect(spent.filter(Boolean)).toHaveLength(1);
    expect((await find(id))?.consumedAt).toBeInstanceOf(Date);
  });

  test("spent stays spent after kill -9, and through a change of what is kept", async () => {
    const id = await keep();
    await artifacts.consume("AuthorizationCode", id);
    await keep({ payload: { scope: "changed" } }, id);
    const reopened = (await trial.reopenAfterKill()).oidcArtifacts;
    expect(await reopened.find("AuthorizationCode", id)).toMatchObject({
      payload: { scope: "changed" },
      consumedAt: expect.any(Date),
    });
    expect(await reopened.consume("AuthorizationCode", id)).toBe(false);
  });

  test("one kind never stands for another, and what is not there is not spent", async () => {
    const id = await keep();
    expect(await find(id, "AccessToken")).toBeNull();
    expect(await artifacts.consume("AccessToken", id)).toBe(false);
    expect(await artifacts.consume("AuthorizationCode", newId())).toBe(false);
  });
});

describe("spending and keeping in one statement", () => {
  const code = { kind: "AuthorizationCode", payload: { scope: "openid" }, lifeSeconds: 60 };
  const token = (grantId?: string) => ({
    id: newId(),
    artifact: { kind: "AccessToken", payload: { scope: "openid" }, personId, grantId, lifeSeconds: 60 },
  });

  test("RFC 6749 4.1.2 of 50 one wins and keeps, and the others end what it got", async () => {
    const grantId = await keep({ kind: "Grant", personId });
    const id = await keep({ ...code, grantId });
    const tokens = Array.from({ length: 50 }, () => token(grantId));
    const spent = await Promise.all(
      tokens.map((one) => artifacts.consumeAndKeep({ kind: "AuthorizationCode", id }, [one])),
    );
    expect(spent.filter(Boolean)).toHaveLength(1);
    const { rows } = await trial.database.pool.query("SELECT kind FROM oidc_artifacts ORDER BY kind");
    expect(rows).toEqual([{ kind: "AccessToken" }, { kind: "AuthorizationCode" }]);
    const found = await Promise.all(tokens.map((one) => find(one.id, "AccessToken")));
    expect(found.filter((one) => one !== null)).toEqual([]);
  });

  test("what was won is there after kill -9: the code is spent, and all that came of it lives", async () => {
    const grantId = await keep({ kind: "Grant", personId });
    const id = await keep({ ...code, grantId });
    const kept = [token(grantId), token(grantId)];
    expect(await artifacts.consumeAndKeep({ kind: "AuthorizationCode", id }, kept)).toBe(true);
    const reopened = (await trial.reopenAfterKill()).oidcArtifacts;
    expect((await reopened.find("AuthorizationCode", id))?.consumedAt).toBeInstanceOf(Date);
    const found = await Promise.all(kept.map((one) => reopened.find("AccessToken", one.id)));
    expect(found.map((one) => one?.payload)).toEqual([{ scope: "openid" }, { scope: "openid" }]);
  });

  test("what is not there is not spent, and nothing is kept for it; without a spend all is kept", async () => {
    const [lost, free] = [token(), token()];
    expect(await artifacts.consumeAndKeep({ kind: "AuthorizationCode", id: newId() }, [lost])).toBe(false);
    expect(await artifacts.consumeAndKeep(null, [free])).toBe(true);
    expect(await find(lost.id, "AccessToken")).toBeNull();
    expect(await find(free.id, "AccessToken")).not.toBeNull();
  });

  test("what is kept so is as dead or alive as what is kept alone", async () => {
    const sessionToken = createTicketId("TGT");
    const browser = { userAgent: "", address: "", longTerm: false };
    const { uid } = await trial.database.sessions.start({ personId, token: sessionToken, ...browser });
    const { id, artifact } = token();
    const payload = { expiresWithSession: true, sessionUid: uid };
    await artifacts.consumeAndKeep(null, [{ id, artifact: { ...artifact, payload, sessionUid: uid } }]);
    expect(await find(id, "AccessToken")).not.toBeNull();
    await trial.database.sessions.end({ token: sessionToken }, "signed-out");
    expect(await find(id, "AccessToken")).toBeNull();
  });
});

test("what is found brings along what it stands on", async () => {
  const sessionToken = createTicketId("TGT");
  const browser = { userAgent: "", address: "", longTerm: false };
  const started = await trial.database.sessions.start({ personId, token: sessionToken, ...browser });
  const grantId = await keep({ kind: "Grant", personId, payload: { openid: { scope: "openid" } } });
  const id = await keep({ grantId, personId, sessionUid: started.uid });
  const alone = await keep();
  const [found, none, bare] = await Promise.all([find(id), find(id, "AccessToken"), find(alone)]);
  expect(found).toMatchObject({
    grant: { openid: { scope: "openid" } },
    session: { id: started.id, uid: started.uid, person: { id: personId } },
    person: { id: personId, disabled: false },
  });
  expect(none).toBeNull();
  expect(bare).toMatchObject({ payload: { scope: "openid" }, grant: null, session: null, person: null });
  await trial.database.sessions.end({ token: sessionToken }, "signed-out");
  expect(await find(id)).toMatchObject({ session: null, person: { id: personId } });
});

test("what is asked for at once is few statements, and everyone gets what is hers alone", async () => {
  const ids = await Promise.all(Array.from({ length: 40 }, (_, index) => keep({ payload: { index } })));
  const { pool } = trial.database;
  let statements = 0;
  const counted = () => {
    statements++;
  };
  pool.on("acquire", counted);
  const found = await Promise.all([...ids, ids[0] ?? "", newId()].map((id) => find(id)));
  pool.off("acquire", counted);
  expect(statements).toBe(2);
  expect(found.map((one) => one?.payload.index)).toEqual([...ids.map((_, index) => index), 0, undefined]);
  expect(found[40]?.payload).not.toBe(found[0]?.payload);
});

describe("what is found is alive", () => {
  test("until its life is over", async () => {
    const id = await keep({ lifeSeconds: 60 });
    await trial.database.testClock.advance(50);
    expect(await find(id)).not.toBeNull();
    await trial.database.testClock.advance(11);
    expect(await find(id)).toBeNull();
  });

  test("while its grant is there: taking it back stops the very next call", async () => {
    const grantId = await keep({ kind: "Grant", personId });
    const token = await keep({ kind: "AccessToken", grantId, personId });
    const other = await keep({ kind: "AccessToken", personId });
    expect(await find(token, "AccessToken")).not.toBeNull();
    await artifacts.destroy("Grant", grantId);
    expect(await find(token, "AccessToken")).toBeNull();
    expect(await find(grantId, "Grant")).toBeNull();
    expect(await find(other, "AccessToken")).not.toBeNull();
  });

  test("tokens of one kind may be taken back alone", async () => {
    const grantId = await keep({ kind: "Grant", personId });
    const access = await keep({ kind: "AccessToken", grantId, personId });
    const refresh = await keep({ kind: "RefreshToken", grantId, personId });
    await artifacts.revokeByGrant("AccessToken", grantId);
    expect(await find(access, "AccessToken")).toBeNull();
    expect(await find(refresh, "RefreshToken")).not.toBeNull();
    expect(await find(grantId, "Grant")).not.toBeNull();
  });

  test("a token that came after its grant was taken back is dead from the beginning", async () => {
    const grantId = await keep({ kind: "Grant", personId });
    await artifacts.destroy("Grant", grantId);
    const late = await keep({ kind: "AccessToken", grantId, personId });
    expect(await find(late, "AccessToken")).toBeNull();
  });

  test("while the person is not disabled, and gone with her", async () => {
    const id = await keep({ personId });
    await trial.database.people.setDisabled(personId, true);
    expect(await find(id)).toBeNull();
    await trial.database.people.setDisabled(personId, false);
    expect(await find(id)).not.toBeNull();
    await trial.database.people.remove(personId);
    expect(await dumpTable(trial.database, "oidc_artifacts")).toBe("");
  });

  test("while its session lives, where it ends with one; proving herself again does not end it", async () => {
    const start = (token: string, previousToken?: string) =>
      trial.database.sessions.start({
        personId,
        token,
        previousToken,
        userAgent: "",
        address: "",
        longTerm: false,
      });
    const first = createTicketId("TGT");
    const { uid } = await start(first);
    const payload = { expiresWithSession: true, sessionUid: uid };
    const bound = await keep({ kind: "AccessToken", payload, sessionUid: uid });
    const free = await keep({ kind: "AccessToken", payload: { sessionUid: uid }, sessionUid: uid });
    const second = createTicketId("TGT");
    expect((await start(second, first)).uid).toBe(uid);
    expect(await find(bound, "AccessToken")).not.toBeNull();
    await trial.database.sessions.end({ token: second }, "signed-out");
    expect(await find(bound, "AccessToken")).toBeNull();
    expect(await find(free, "AccessToken")).not.toBeNull();
  });
});

test("a device code is found by what the person types, and can be written again without its id", async () => {
  const id = await keep({ kind: "DeviceCode", userCode: "ABCD-EFGH" });
  const found = await artifacts.findByUserCode("ABCD-EFGH");
  expect(found?.id).not.toContain(id);
  await keep({ kind: "DeviceCode", userCode: "ABCD-EFGH", payload: { accountId: personId } }, found?.id);
  expect((await find(id, "DeviceCode"))?.payload).toEqual({ accountId: personId });
  expect(await artifacts.findByUserCode("abcd-efgh")).toBeNull();
});

test("a stolen copy of the store opens nothing: ids are kept as hashes", async () => {
  const grantId = await keep({ kind: "Grant" });
  const id = await keep({ kind: "AccessToken", grantId });
  const kept = await dumpTable(trial.database, "oidc_artifacts");
  expect(kept).toContain("AccessToken");
  for (const secret of [id, grantId]) expect(kept).not.toContain(secret);
});

test("what is past its life is swept away an hour later", async () => {
  await keep({ lifeSeconds: 60 });
  await trial.database.testClock.advance(120);
  expect(await artifacts.sweep(10)).toBe(0);
  await trial.database.testClock.advance(3600);
  expect(await artifacts.sweep(10)).toBe(1);
});

describe("clients of a session", () => {
  test("are participants of its single logout, each once, and stay when she proves herself again", async () => {
    const { sessions, pool } = trial.database;
    const [token, next] = [createTicketId("TGT"), createTicketId("TGT")];
    const browser = { userAgent: "", address: "", longTerm: false };
    const { id } = await sessions.start({ personId, token, ...browser });
    const clients = { bank: { sid: "sid-1", grantId: "g" }, shop: {} };
    await sessions.joinOidcClients(id, clients, "https://bank.example/");
    await sessions.joinOidcClients(id, clients, "https://bank.example/");
    const renewed = await sessions.start({ personId, token: next, previousToken: token, ...browser });
    expect(renewed.oidcClients).toEqual(clients);
    await sessions.end({ token: next }, "signed-out");
    const { rows } = await pool.query("SELECT site_id, session_index FROM logout_deliveries");
    expect(rows).toEqual([{ site_id: "bank", session_index: "sid-1" }]);
  });

  test("find their grant with the session, while it lives", async () => {
    const { sessions } = trial.database;
    const token = createTicketId("TGT");
    const { id } = await sessions.start({ personId, token, userAgent: "", address: "", longTerm: false });
    const grantId = await keep({ kind: "Grant", personId, payload: { openid: { scope: "openid" } } });
    await sessions.joinOidcClients(id, { bank: { sid: "sid-1", grantId }, shop: { sid: "sid-2" } }, "");
    const grantOf = async (client: string) => {
      const found = await sessions.find(token, { touch: true, grantOf: client });
      return found.state === "alive" ? found.grant : found.state;
    };
    expect(await grantOf("bank")).toEqual({ openid: { scope: "openid" } });
    expect(await grantOf("shop")).toBeUndefined();
    expect(await grantOf("\0")).toBeUndefined();
    await artifacts.destroy("Grant", grantId);
    expect(await grantOf("bank")).toBeUndefined();
    await sessions.end({ token }, "signed-out");
    expect(await grantOf("bank")).toBe("ended");
  });

  test("have one grant in a session, whoever comes first of 20, until it is given another", async () => {
    const { sessions } = trial.database;
    const token = createTicketId("TGT");
    const { id } = await sessions.start({ personId, token, userAgent: "", address: "", longTerm: false });
    const claims = Array.from({ length: 20 }, (_, index) =>
      sessions.claimOidcGrant(id, "bank", `grant-${index}`, undefined),
    );
    const [first, ...others] = new Set(await Promise.all(claims));
    expect([first, others]).toEqual([expect.stringMatching(/^grant-\d+$/), []]);
    expect(await sessions.claimOidcGrant(id, "bank", "late", undefined)).toBe(first);
    expect(await sessions.claimOidcGrant(id, "bank", "next", first)).toBe("next");
    await sessions.end({ token }, "signed-out");
    expect(await sessions.claimOidcGrant(id, "bank", "too-late", "next")).toBeUndefined();
  });

  test("do not join a session that has ended", async () => {
    const { sessions, pool } = trial.database;
    const token = createTicketId("TGT");
    const { id, uid } = await sessions.start({
      personId,
      token,
      userAgent: "",
      address: "",
      longTerm: false,
    });
    expect(await sessions.findByUid(uid)).toMatchObject({ state: "alive", session: { id } });
    await sessions.end({ token }, "signed-out");
    await sessions.joinOidcClients(id, { bank: { sid: "sid-2" } }, "https://bank.example/");
    expect((await pool.query("SELECT FROM site_sessions")).rowCount).toBe(0);
    expect(await sessions.findByUid(uid)).toEqual({ state: "unknown" });
    expect(await sessions.findByUid("nonsense")).toEqual({ state: "unknown" });
  });
});

describe("signing keys", () => {
  const add = (kid: string, more: object = {}) =>
    trial.database.signingKeys.add({
      kid,
      algorithm: "ES256",
      sealed: "sealed",
      waitSeconds: 0,
      overlapSeconds: 3600,
      unlessNewerThanSeconds: 0,
      ...more,
    });
  beforeEach(() => trial.database.pool.query("TRUNCATE signing_keys"));
  const kids = async () => (await trial.database.signingKeys.list()).keys.map(({ kid }) => kid);

  test("of 20 processes that find one due, one adds it", async () => {
    const due = { unlessNewerThanSeconds: 60 };
    const added = await Promise.all(Array.from({ length: 20 }, (_, index) => add(`k${index}`, due)));
    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await kids()).toHaveLength(1);
  });

  test("a new one is published before it signs, and the old one until the last token is over", async () => {
    await add("old");
    await trial.database.testClock.advance(1000);
    await add("new", { waitSeconds: 86_400 });
    expect(await kids()).toEqual(["old", "new"]);
    await trial.database.testClock.advance(86_401);
    expect(await kids()).toEqual(["new", "old"]);
    await trial.database.testClock.advance(3600);
    expect(await kids()).toEqual(["new"]);
    await trial.database.testClock.advance(3600);
    expect(await trial.database.signingKeys.sweep(10)).toBe(1);
  });

  test("algorithms do not retire one another", async () => {
    await add("ec");
    await add("rsa", { algorithm: "RS256" });
    expect(
      (await trial.database.signingKeys.list()).keys.map(({ publishedUntil }) => publishedUntil),
    ).toEqual([null, null]);
  });
});
