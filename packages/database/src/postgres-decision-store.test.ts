/** Tests of users' decisions. */
import { randomBytes } from "node:crypto";
import { createTicketId } from "@gatehouse/cas/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  createPerson,
  type DatabaseFixture,
  emptyDatabase,
  openDatabaseFixture,
  waiting,
} from "./database-fixture.ts";
import type { AllowedPermissions, ConsentChange, Decision } from "./decision-store.ts";
import type { OidcArtifact } from "./oidc-artifact-store.ts";

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

const newId = () => randomBytes(32).toString("base64url");
const api = "https://bank.example/api";

async function ask(more: Partial<OidcArtifact> = {}, id = newId()) {
  const artifact = { kind: "DeviceCode", payload: { scope: "openid" }, lifeSeconds: 60, ...more };
  await fixture.database.oidcArtifacts.upsert(id, artifact);
  return { kind: artifact.kind, id };
}
const read = async ({ kind, id }: Decision["question"]) =>
  (await fixture.database.oidcArtifacts.find(kind, id))?.payload;
const grant = (id = newId(), payload: object = {}) => ({
  id,
  artifact: { kind: "Grant", payload: { ...payload }, personId, clientId: "tool", lifeSeconds: 600 },
});
const consent = (given: Partial<ConsentChange["given"]> = {}, asked = given): ConsentChange => ({
  clientId: "tool",
  asked: { scopes: [], resources: {}, ...asked },
  given: { scopes: [], resources: {}, ...given },
  lifeSeconds: 600,
});
const yes = (question: Decision["question"], allowed: Partial<AllowedPermissions> = {}) => {
  const whole = { personId, grant: grant(), consent: consent({ scopes: ["profile"] }), ...allowed };
  const payload = question.kind === "Interaction" ? { result: { consent: {} } } : { accountId: personId };
  return fixture.database.decisions.decide({
    question,
    answer: { payload, ...(question.kind === "Interaction" ? {} : { personId, grantId: whole.grant.id }) },
    allowed: whole,
  });
};
const no = (question: Decision["question"]) =>
  fixture.database.decisions.decide({ question, answer: { payload: { error: "access_denied" } } });
const consented = (of = personId) => fixture.database.consents.find(of, "tool");
const count = async (table: "oidc_artifacts" | "consents" | "site_sessions") =>
  (await fixture.pool.query(`SELECT FROM ${table}`)).rowCount;

async function signIn() {
  const token = createTicketId("TGT");
  const address = "192.0.2.1";
  return fixture.database.sessions.start({
    token,
    personId,
    longTerm: false,
    amr: ["pwd"],
    address,
    userAgent: "",
  });
}

describe("RFC 8628 3.3 a question is answered once", () => {
  test.each(["DeviceCode", "Interaction"])(
    "of 50 concurrent answers to one %s exactly one is stored",
    async (kind) => {
      const question = await ask({ kind });
      const answers = await Promise.all(Array.from({ length: 50 }, () => yes(question)));
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await read(question)).toMatchObject({ scope: "openid" });
      // The question, and the grant of the first answer.
      expect(await count("oidc_artifacts")).toBe(2);
      expect(await no(question)).toBe(false);
    },
  );

  test("of concurrent answers of two users the second stores nothing", async () => {
    const question = await ask();
    const mine = personId;
    const theirs = (await createPerson(fixture.database)).id;
    const answer = (of: string) => {
      personId = of;
      return yes(question);
    };
    const won = await Promise.all([answer(mine), answer(theirs)]);
    expect(won.filter(Boolean)).toHaveLength(1);
    const [winner, loser] = won[0] ? [mine, theirs] : [theirs, mine];
    expect(await read(question)).toMatchObject({ accountId: winner });
    expect(await consented(winner)).not.toBeNull();
    expect(await consented(loser)).toBeNull();
    expect(await count("oidc_artifacts")).toBe(2);
  });

  test("a refusal is an answer; a redirect to sign-in is not", async () => {
    const refused = await ask();
    expect([await no(refused), await yes(refused)]).toEqual([true, false]);
    const flow = await ask({ kind: "Interaction", payload: { result: { login: { accountId: personId } } } });
    expect(await yes(flow)).toBe(true);
    const declined = await ask({ kind: "Interaction", payload: { result: { error: "access_denied" } } });
    expect(await yes(declined)).toBe(false);
  });

  test("an answer to an expired, consumed, deleted or unknown question stores nothing", async () => {
    const [late, consumed] = [await ask(), await ask()];
    await fixture.database.oidcArtifacts.consume("DeviceCode", consumed.id);
    await fixture.clock.advance(61);
    expect(await yes(late)).toBe(false);
    await fixture.clock.reset();
    expect(await yes(consumed)).toBe(false);
    expect(await yes({ kind: "DeviceCode", id: newId() })).toBe(false);
    expect(await yes(await ask({ kind: "AuthorizationCode" }))).toBe(false);
    expect(await consented()).toBeNull();
  });
});

describe("one transaction", () => {
  test("a failure leaves the question open and stores nothing", async () => {
    const question = await ask();
    const session = await signIn();
    const client = { sid: "of\u0000nobody" };
    await expect(
      yes(question, { joins: { sessionId: session.id, clientId: "tool", client, grantBefore: undefined } }),
    ).rejects.toThrow("unsupported Unicode escape sequence");
    expect(await read(question)).toEqual({ scope: "openid" });
    expect([await consented(), await count("oidc_artifacts")]).toEqual([null, 1]);
    expect(await yes(question)).toBe(true);
  });

  test("an answer of a disabled or removed user stores nothing", async () => {
    const question = await ask();
    await fixture.database.people.setDisabled(personId, true);
    expect(await yes(question)).toBe(false);
    await fixture.database.people.remove(personId);
    expect(await yes(question)).toBe(false);
    expect(await read(question)).toEqual({ scope: "openid" });
  });

  test("if the session has ended or has another grant, the question stays open", async () => {
    const question = await ask();
    const session = await signIn();
    const { sessions } = fixture.database;
    await sessions.joinOidcClients(session.id, { tool: { sid: "sid-1", grantId: "another" } }, "");
    const client = { sid: "sid-1", grantId: "mine" };
    const joins = { sessionId: session.id, clientId: "tool", client, grantBefore: undefined };
    expect(await yes(question, { joins })).toBe(false);
    await sessions.end({ personId, sessionId: session.id }, "signed-out");
    expect(await yes(question, { joins: { ...joins, grantBefore: "another" } })).toBe(false);
    expect([await consented(), await read(question)]).toEqual([null, { scope: "openid" }]);
  });

  test("answer, grant, consent and participant survive kill -9", async () => {
    const question = await ask();
    const session = await signIn();
    const kept = grant();
    const client = { sid: "sid-1", grantId: kept.id };
    await yes(question, {
      grant: kept,
      joins: { sessionId: session.id, clientId: "tool", client, grantBefore: undefined },
    });
    const { oidcArtifacts, consents, sessions } = await fixture.reopenAfterKill();
    expect((await oidcArtifacts.find("DeviceCode", question.id))?.payload).toMatchObject({
      accountId: personId,
    });
    expect(await oidcArtifacts.find("Grant", kept.id)).not.toBeNull();
    expect(await consents.find(personId, "tool")).toMatchObject({ scopes: ["profile"] });
    expect((await sessions.listOf(personId))[0]?.sites).toMatchObject([{ siteId: "tool" }]);
  });
});

describe("earlier permissions", () => {
  test("stay if the question was about others", async () => {
    const given = { scopes: ["profile", "email"], resources: { [api]: ["read", "write"] } };
    await yes(await ask(), { consent: consent(given) });
    const asked = { scopes: ["email", "groups"], resources: { [api]: ["write"] } };
    const now = { scopes: ["groups"], resources: { [api]: [] } };
    await yes(await ask(), { consent: consent(now, asked) });
    expect(await consented()).toMatchObject({
      scopes: ["profile", "groups"],
      resources: { [api]: ["read"] },
    });
  });

  test("have expired and are gone", async () => {
    await yes(await ask(), { consent: consent({ scopes: ["profile", "email"] }) });
    await fixture.clock.advance(601);
    await yes(await ask(), { consent: consent({ scopes: ["groups"] }) });
    expect((await consented())?.scopes).toEqual(["groups"]);
  });

  test("for two sites at once are both stored", async () => {
    const scopes = Array.from({ length: 20 }, (_, index) => `scope-${index}`);
    const questions = await Promise.all(scopes.map(() => ask()));
    const answers = scopes.map((scope, at) =>
      yes(questions[at] ?? { kind: "", id: "" }, { consent: consent({ scopes: [scope] }) }),
    );
    expect(await Promise.all(answers)).toEqual(Array(20).fill(true));
    expect((await consented())?.scopes.toSorted()).toEqual(scopes.toSorted());
  });
});

describe("revocation", () => {
  test("a revocation during an addition: neither grant nor its tokens come back", async () => {
    const held = grant(newId(), { openid: { scope: "openid" } });
    await yes(await ask(), { grant: held });
    await fixture.database.consents.revoke(personId, "tool");
    const question = await ask();
    expect(await yes(question, { grant: { id: held.id, change: async () => held.artifact } })).toBe(false);
    expect(await read(question)).toEqual({ scope: "openid" });
    expect([await consented(), await read({ kind: "Grant", id: held.id })]).toEqual([null, undefined]);
  });

  test("a revocation just before another permission: earlier permissions do not come back", async () => {
    await yes(await ask());
    const question = await ask();
    const other = await fixture.pool.connect();
    await other.query("BEGIN");
    await other.query("SELECT FROM consents WHERE person_id = $1 FOR UPDATE", [personId]);
    const taken = fixture.database.consents.revoke(personId, "tool");
    await waiting(fixture, 1);
    const allowed = yes(question, { consent: consent({ scopes: ["email"] }) });
    await waiting(fixture, 2);
    await other.query("COMMIT");
    other.release();
    expect(await Promise.all([taken, allowed])).toEqual([true, true]);
    expect((await consented())?.scopes).toEqual(["email"]);
  });

  test("answers of many tabs at once are all stored in one grant", async () => {
    const held = grant(newId(), { openid: { scope: "openid" } });
    await yes(await ask(), { grant: held });
    const add = (scope: string) => async (payload: OidcArtifact["payload"]) => ({
      ...held.artifact,
      payload: { ...payload, [scope]: true },
    });
    const scopes = Array.from({ length: 20 }, (_, index) => `scope-${index}`);
    const questions = await Promise.all(scopes.map(() => ask()));
    const answers = scopes.map((scope, at) =>
      yes(questions[at] ?? { kind: "", id: "" }, { grant: { id: held.id, change: add(scope) } }),
    );
    expect(await Promise.all(answers)).toEqual(Array(20).fill(true));
    expect(Object.keys((await read({ kind: "Grant", id: held.id })) ?? {}).toSorted()).toEqual(
      ["openid", ...scopes].toSorted(),
    );
  });
});
