/** Tests of OpenID Connect artifacts: what they depend on, and how long they are valid. */
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  artifacts,
  closeArtifactFixture,
  find,
  fixture,
  keep,
  openArtifactFixture,
  personId,
  resetArtifactFixture,
  startSession,
} from "./artifact-fixture.ts";
import { createPerson, dumpTable } from "./database-fixture.ts";

beforeAll(openArtifactFixture);
beforeEach(resetArtifactFixture);
afterAll(closeArtifactFixture);

test("a lookup returns the artifact with grant, session and user", async () => {
  const sessionToken = createTicketId("TGT");
  const started = await startSession(sessionToken);
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
  await fixture.database.sessions.end({ token: sessionToken }, "signed-out");
  expect(await find(id)).toMatchObject({ session: null, person: { id: personId } });
});

test("grants in use are those of valid sessions and those with a refresh token, of this user only", async () => {
  const kept = (clientId: string, payload: object = {}) =>
    keep({ kind: "Grant", personId, clientId, payload: { clientId, ...payload }, lifeSeconds: 600 });
  const held = await kept("held");
  const refreshed = await kept("refreshed");
  await keep({ kind: "RefreshToken", grantId: refreshed, personId, clientId: "refreshed", lifeSeconds: 60 });
  const left = await kept("left");
  await keep({ kind: "AccessToken", grantId: left, personId, clientId: "left" });
  await keep({ kind: "Grant", personId: (await createPerson(fixture.database)).id, clientId: "another's" });
  const inUse = async () => (await artifacts.grantsInUse(personId, [held])).map(({ clientId }) => clientId);
  expect((await inUse()).toSorted()).toEqual(["held", "refreshed"]);
  const found = await artifacts.grantsInUse(personId, [held]);
  const refreshedAt = Object.fromEntries(found.map((one) => [one.clientId, one.refreshedAt]));
  expect(refreshedAt).toEqual({ held: null, refreshed: expect.any(Date) });
  await fixture.clock.advance(61);
  expect(await inUse()).toEqual(["held"]);
});

describe("an artifact is found", () => {
  test("until it expires", async () => {
    const id = await keep({ lifeSeconds: 60 });
    await fixture.clock.advance(50);
    expect(await find(id)).not.toBeNull();
    await fixture.clock.advance(11);
    expect(await find(id)).toBeNull();
  });

  test("while its grant exists: a revocation takes effect on the next call", async () => {
    const grantId = await keep({ kind: "Grant", personId });
    const token = await keep({ kind: "AccessToken", grantId, personId });
    const other = await keep({ kind: "AccessToken", personId });
    expect(await find(token, "AccessToken")).not.toBeNull();
    await artifacts.destroy("Grant", grantId);
    expect(await find(token, "AccessToken")).toBeNull();
    expect(await find(grantId, "Grant")).toBeNull();
    expect(await find(other, "AccessToken")).not.toBeNull();
  });

  test("tokens of one kind can be revoked alone", async () => {
    const grantId = await keep({ kind: "Grant", personId });
    const access = await keep({ kind: "AccessToken", grantId, personId });
    const refresh = await keep({ kind: "RefreshToken", grantId, personId });
    await artifacts.revokeByGrant("AccessToken", grantId);
    expect(await find(access, "AccessToken")).toBeNull();
    expect(await find(refresh, "RefreshToken")).not.toBeNull();
    expect(await find(grantId, "Grant")).not.toBeNull();
  });

  test("a token issued after its grant was revoked is never valid", async () => {
    const grantId = await keep({ kind: "Grant", personId });
    await artifacts.destroy("Grant", grantId);
    const late = await keep({ kind: "AccessToken", grantId, personId });
    expect(await find(late, "AccessToken")).toBeNull();
  });

  test("while its user is not disabled, and deleted with them", async () => {
    const id = await keep({ personId });
    await fixture.database.people.setDisabled(personId, true);
    expect(await find(id)).toBeNull();
    await fixture.database.people.setDisabled(personId, false);
    expect(await find(id)).not.toBeNull();
    await fixture.database.people.remove(personId);
    expect(await dumpTable(fixture.database, "oidc_artifacts")).toBe("");
  });

  test("while its session is valid, if it has one; a new sign-in does not end it", async () => {
    const first = createTicketId("TGT");
    const { uid } = await startSession(first);
    const payload = { expiresWithSession: true, sessionUid: uid };
    const bound = await keep({ kind: "AccessToken", payload, sessionUid: uid });
    const free = await keep({ kind: "AccessToken", payload: { sessionUid: uid }, sessionUid: uid });
    const second = createTicketId("TGT");
    expect((await startSession(second, first)).uid).toBe(uid);
    expect(await find(bound, "AccessToken")).not.toBeNull();
    await fixture.database.sessions.end({ token: second }, "signed-out");
    expect(await find(bound, "AccessToken")).toBeNull();
    expect(await find(free, "AccessToken")).not.toBeNull();
  });
});

test("expired artifacts are deleted an hour later", async () => {
  await keep({ lifeSeconds: 60 });
  await fixture.clock.advance(120);
  expect(await artifacts.sweep(10)).toBe(0);
  await fixture.clock.advance(3600);
  expect(await artifacts.sweep(10)).toBe(1);
});

test("an update does not restore a deleted or expired artifact", async () => {
  const artifact = { kind: "Grant", payload: { openid: {} }, lifeSeconds: 60 };
  const id = await keep(artifact);
  expect(await artifacts.change(id, { ...artifact, payload: { openid: { scope: "email" } } })).toBe(true);
  expect((await find(id, "Grant"))?.payload).toEqual({ openid: { scope: "email" } });
  await fixture.clock.advance(61);
  expect(await artifacts.change(id, artifact)).toBe(false);
  await fixture.clock.reset();
  await artifacts.destroy("Grant", id);
  expect(await artifacts.change(id, artifact)).toBe(false);
  expect(await find(id, "Grant")).toBeNull();
});
