/** Tests of OpenID Connect artifacts: single use, storage and lookup. */
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  artifacts,
  closeArtifactFixture,
  find,
  fixture,
  keep,
  newId,
  openArtifactFixture,
  personId,
  resetArtifactFixture,
  startSession,
} from "./artifact-fixture.ts";
import { dumpTable, waiting } from "./database-fixture.ts";

beforeAll(openArtifactFixture);
beforeEach(resetArtifactFixture);
afterAll(closeArtifactFixture);

test("RFC 7523 3 of 50 concurrent inserts of one id exactly one succeeds, until it has expired", async () => {
  const id = newId();
  const add = () => artifacts.add(id, { kind: "ReplayDetection", payload: {}, lifeSeconds: 60 });
  const added = () => Promise.all(Array.from({ length: 50 }, add));
  expect((await added()).filter(Boolean)).toHaveLength(1);
  await fixture.clock.advance(59);
  expect(await add()).toBe(false);
  await fixture.clock.advance(1);
  expect((await added()).filter(Boolean)).toHaveLength(1);
});

describe("RFC 6749 4.1.2 single use", () => {
  test("of 50 concurrent attempts to consume an artifact one wins", async () => {
    const id = await keep();
    const consumed = await Promise.all(
      Array.from({ length: 50 }, () => artifacts.consume("AuthorizationCode", id)),
    );
    expect(consumed.filter(Boolean)).toHaveLength(1);
    expect((await find(id))?.consumedAt).toBeInstanceOf(Date);
  });

  test("a consumed artifact stays consumed after kill -9 and after an update", async () => {
    const id = await keep();
    await artifacts.consume("AuthorizationCode", id);
    await keep({ payload: { scope: "changed" } }, id);
    const reopened = (await fixture.reopenAfterKill()).oidcArtifacts;
    expect(await reopened.find("AuthorizationCode", id)).toMatchObject({
      payload: { scope: "changed" },
      consumedAt: expect.any(Date),
    });
    expect(await reopened.consume("AuthorizationCode", id)).toBe(false);
  });

  test("kinds are separate, and an unknown id is not consumed", async () => {
    const id = await keep();
    expect(await find(id, "AccessToken")).toBeNull();
    expect(await artifacts.consume("AccessToken", id)).toBe(false);
    expect(await artifacts.consume("AuthorizationCode", newId())).toBe(false);
  });
});

describe("consuming and storing in one statement", () => {
  const code = { kind: "AuthorizationCode", payload: { scope: "openid" }, lifeSeconds: 60 };
  const token = (grantId?: string) => ({
    id: newId(),
    artifact: { kind: "AccessToken", payload: { scope: "openid" }, personId, grantId, lifeSeconds: 60 },
  });

  test("RFC 6749 4.1.2 of 50 concurrent attempts one stores its tokens, and the others revoke them", async () => {
    const grantId = await keep({ kind: "Grant", personId });
    const id = await keep({ ...code, grantId });
    const tokens = Array.from({ length: 50 }, () => token(grantId));
    const consumed = await Promise.all(
      tokens.map((one) => artifacts.consumeAndKeep({ kind: "AuthorizationCode", id }, [one])),
    );
    expect(consumed.filter(Boolean)).toHaveLength(1);
    const { rows } = await fixture.pool.query("SELECT kind FROM oidc_artifacts ORDER BY kind");
    expect(rows).toEqual([{ kind: "AccessToken" }, { kind: "AuthorizationCode" }]);
    const found = await Promise.all(tokens.map((one) => find(one.id, "AccessToken")));
    expect(found.filter((one) => one !== null)).toEqual([]);
  });

  test("after kill -9 the code is consumed and its tokens are valid", async () => {
    const grantId = await keep({ kind: "Grant", personId });
    const id = await keep({ ...code, grantId });
    const kept = [token(grantId), token(grantId)];
    expect(await artifacts.consumeAndKeep({ kind: "AuthorizationCode", id }, kept)).toBe(true);
    const reopened = (await fixture.reopenAfterKill()).oidcArtifacts;
    expect((await reopened.find("AuthorizationCode", id))?.consumedAt).toBeInstanceOf(Date);
    const found = await Promise.all(kept.map((one) => reopened.find("AccessToken", one.id)));
    expect(found.map((one) => one?.payload)).toEqual([{ scope: "openid" }, { scope: "openid" }]);
  });

  test("whoever has locked the user can end the artifacts meanwhile: no deadlock, and the code is worth nothing", async () => {
    const id = await keep({ ...code, personId });
    const holder = await fixture.pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT FROM users WHERE id = $1 FOR UPDATE", [personId]);
    const exchanged = artifacts.consumeAndKeep({ kind: "AuthorizationCode", id }, [token()]);
    await waiting(fixture, 1);
    await holder.query("DELETE FROM oidc_artifacts WHERE person_id = $1", [personId]);
    await holder.query("COMMIT");
    holder.release();
    expect(await exchanged).toBe(false);
    expect((await fixture.pool.query("SELECT FROM oidc_artifacts")).rowCount).toBe(0);
  });

  test("an unknown id stores nothing; without an id to consume, everything is stored", async () => {
    const [lost, free] = [token(), token()];
    expect(await artifacts.consumeAndKeep({ kind: "AuthorizationCode", id: newId() }, [lost])).toBe(false);
    expect(await artifacts.consumeAndKeep(null, [free])).toBe(true);
    expect(await find(lost.id, "AccessToken")).toBeNull();
    expect(await find(free.id, "AccessToken")).not.toBeNull();
  });

  test("artifacts stored this way expire and end like others", async () => {
    const sessionToken = createTicketId("TGT");
    const { uid } = await startSession(sessionToken);
    const { id, artifact } = token();
    const payload = { expiresWithSession: true, sessionUid: uid };
    await artifacts.consumeAndKeep(null, [{ id, artifact: { ...artifact, payload, sessionUid: uid } }]);
    expect(await find(id, "AccessToken")).not.toBeNull();
    await fixture.database.sessions.end({ token: sessionToken }, "signed-out");
    expect(await find(id, "AccessToken")).toBeNull();
  });
});

test("concurrent lookups share statements, and each gets its own copy of the payload", async () => {
  const ids = await Promise.all(Array.from({ length: 40 }, (_, index) => keep({ payload: { index } })));
  const { pool } = fixture;
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

test("a device code is found by its user code, and can be updated without its id", async () => {
  const id = await keep({ kind: "DeviceCode", userCode: "ABCD-EFGH" });
  const found = await artifacts.findByUserCode("ABCD-EFGH");
  expect(found?.id).not.toContain(id);
  await keep({ kind: "DeviceCode", userCode: "ABCD-EFGH", payload: { accountId: personId } }, found?.id);
  expect((await find(id, "DeviceCode"))?.payload).toEqual({ accountId: personId });
  expect(await artifacts.findByUserCode("abcd-efgh")).toBeNull();
});

test("ids are stored as hashes, which are no valid ids", async () => {
  const grantId = await keep({ kind: "Grant" });
  const id = await keep({ kind: "AccessToken", grantId });
  const kept = await dumpTable(fixture.database, "oidc_artifacts");
  expect(kept).toContain("AccessToken");
  for (const secret of [id, grantId]) expect(kept).not.toContain(secret);
});
