/** Consents and their revocation. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  createPerson,
  type DatabaseFixture,
  emptyDatabase,
  openDatabaseFixture,
  waiting,
} from "./database-fixture.ts";

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

const api = "https://bank.example/api";
const day = 86_400;
const all = ["profile", "email"];
const newId = () => randomBytes(32).toString("base64url");
interface Given {
  readonly scopes?: readonly string[];
  readonly of?: string;
  readonly lifeSeconds?: number | null;
}
/** Allows it, asked by a device. */
async function give({ scopes = ["profile"], of = personId, lifeSeconds = day }: Given = {}): Promise<void> {
  const { decisions, oidcArtifacts } = fixture.database;
  const [question, grantId] = [newId(), newId()];
  await oidcArtifacts.upsert(question, { kind: "DeviceCode", payload: {}, lifeSeconds: 60 });
  const given = { scopes, resources: { [api]: ["read"] } };
  await decisions.decide({
    question: { kind: "DeviceCode", id: question },
    answer: { payload: { accountId: of } },
    allowed: {
      personId: of,
      grant: { id: grantId, artifact: { kind: "Grant", payload: {}, lifeSeconds: day } },
      consent: { clientId: "budget", asked: { ...given, scopes: all }, given, lifeSeconds },
    },
  });
}

test("a consent replaces the earlier one and is found until it expires", async () => {
  await give();
  await give({ scopes: ["email"] });
  const { consents } = fixture.database;
  expect(await consents.find(personId, "budget")).toMatchObject({
    scopes: ["email"],
    resources: { [api]: ["read"] },
    uses: {},
  });
  expect(await consents.find(personId, "other")).toBeNull();
  await fixture.clock.advance(day + 1);
  expect(await consents.find(personId, "budget")).toBeNull();
  expect(await consents.listOf(personId)).toEqual([]);
  await fixture.clock.advance(3601);
  expect(await consents.sweep(10)).toBe(1);
});

test("with only this time nothing is remembered, and the scopes decided about are removed from the consent", async () => {
  const { consents } = fixture.database;
  await give({ lifeSeconds: null });
  expect(await consents.find(personId, "budget")).toBeNull();
  await fixture.pool.query(
    "INSERT INTO consents (person_id, client_id, scopes, resources, expires_at) VALUES ($1, 'budget', $2, $3, hub_now() + interval '1 day')",
    [personId, ["openid", "profile"], JSON.stringify({ [api]: ["read", "write"] })],
  );
  const before = await consents.find(personId, "budget");
  await give({ scopes: ["email"], lifeSeconds: null });
  expect(await consents.find(personId, "budget")).toEqual({
    ...before,
    scopes: ["openid"],
    resources: { [api]: ["write"] },
  });
});

test("a consent without remaining scopes is deleted", async () => {
  await give();
  await give({ lifeSeconds: null });
  expect(await fixture.database.consents.find(personId, "budget")).toBeNull();
});

test("no grant of the site outlives the newest answer; grants of other sites are unchanged", async () => {
  const { clock } = fixture;
  const { oidcArtifacts } = fixture.database;
  const [budget, other] = [await keep("budget"), await keep("other")];
  await give({ lifeSeconds: 60 });
  await clock.advance(61);
  expect(await oidcArtifacts.find("AccessToken", budget)).toBeNull();
  expect(await oidcArtifacts.find("AccessToken", other)).not.toBeNull();
});

/** A token of a site, on a grant. */
async function keep(clientId: string): Promise<string> {
  const { oidcArtifacts } = fixture.database;
  const id = newId();
  const artifact = { kind: "Grant", payload: {}, personId, clientId, lifeSeconds: day };
  await oidcArtifacts.upsert(id, artifact);
  const token = newId();
  await oidcArtifacts.upsert(token, { ...artifact, kind: "AccessToken", grantId: id });
  return token;
}

test("a revocation ends its grants and tokens at once, and no others", async () => {
  const { consents, oidcArtifacts } = fixture.database;
  const [budget, other] = [await keep("budget"), await keep("other")];
  await give();
  expect(await consents.revoke(personId, "budget")).toBe(true);
  expect(await consents.revoke(personId, "budget")).toBe(false);
  expect(await oidcArtifacts.find("AccessToken", budget)).toBeNull();
  expect(await oidcArtifacts.find("AccessToken", other)).not.toBeNull();
});

test("revokeAll ends all consents and grants of the user, and of no other", async () => {
  const { consents, oidcArtifacts } = fixture.database;
  const [budget, other] = [await keep("budget"), await keep("other")];
  await give();
  const stranger = (await createPerson(fixture.database)).id;
  await give({ of: stranger });
  const by = { kind: "operator", id: "root" } as const;
  expect(await consents.revokeAll(personId, by)).toBe(2);
  expect(await consents.revokeAll(personId, by)).toBe(0);
  const events = await fixture.database.auditEvents.listNewest({ personId }, { limit: 9 });
  expect(events.map(({ kind, actorKind, siteId }) => [kind, actorKind, siteId]).toSorted()).toEqual([
    ["consent-revoked", "operator", "budget"],
    ["consent-revoked", "operator", "other"],
  ]);
  for (const id of [budget, other]) expect(await oidcArtifacts.find("AccessToken", id)).toBeNull();
  expect(await consents.listOf(personId)).toEqual([]);
  expect(await consents.listOf(stranger)).toHaveLength(1);
});

test("a revocation and the reuse of a code do not deadlock", async () => {
  const { pool } = fixture;
  const { consents, oidcArtifacts } = fixture.database;
  await give();
  const [grantId, code] = [newId(), newId()];
  const artifact = { payload: {}, personId, clientId: "budget", lifeSeconds: day };
  await oidcArtifacts.upsert(grantId, { ...artifact, kind: "Grant" });
  await oidcArtifacts.upsert(code, { ...artifact, kind: "AuthorizationCode", grantId });
  const winner = await pool.connect();
  await winner.query("BEGIN");
  await winner.query("UPDATE oidc_artifacts SET consumed_at = hub_now() WHERE kind = 'AuthorizationCode'");
  const sentAgain = oidcArtifacts.consumeAndKeep({ kind: "AuthorizationCode", id: code }, []);
  await waiting(fixture, 1);
  const taken = consents.revoke(personId, "budget");
  await waiting(fixture, 2);
  await winner.query("COMMIT");
  winner.release();
  expect(await Promise.all([sentAgain, taken])).toEqual([false, true]);
  expect(await oidcArtifacts.find("Grant", grantId)).toBeNull();
});

test("records the last use by each API, at most once a minute", async () => {
  await give();
  const { clock } = fixture;
  const { consents } = fixture.database;
  const lastUse = async () => (await consents.listOf(personId))[0]?.uses[api];
  await consents.touch(personId, "budget", api);
  const first = await lastUse();
  expect(first).toBeInstanceOf(Date);
  await clock.advance(30);
  await consents.touch(personId, "budget", api);
  expect(await lastUse()).toEqual(first);
  await clock.advance(31);
  await consents.touch(personId, "budget", api);
  expect((await lastUse())?.getTime()).toBeGreaterThan(first?.getTime() ?? 0);
});

test("is deleted with the user, and survives kill -9", async () => {
  await give();
  const reopened = await fixture.reopenAfterKill();
  expect(await reopened.consents.find(personId, "budget")).not.toBeNull();
  await reopened.people.remove(personId);
  expect(await reopened.consents.listOf(personId)).toEqual([]);
});
