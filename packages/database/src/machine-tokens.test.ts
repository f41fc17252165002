import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type DatabaseFixture, openDatabaseFixture } from "./database-fixture.ts";

let fixture: DatabaseFixture;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
afterAll(() => fixture.close());

const token = (clientId: string) => ({
  id: randomUUID(),
  artifact: { kind: "ClientCredentials", payload: { clientId }, clientId, lifeSeconds: 60 },
});

test("tokens of one turn of the event loop are one statement; each is found and expires separately", async () => {
  const { pool, clock } = fixture;
  const { oidcArtifacts } = fixture.database;
  const query = vi.spyOn(pool, "query");
  const tokens = Array.from({ length: 50 }, (_, index) => token(`site-${index}`));
  await Promise.all(tokens.map((one) => oidcArtifacts.consumeAndKeep(null, [one])));
  expect(query).toHaveBeenCalledTimes(1);
  query.mockRestore();
  const found = await Promise.all(tokens.map(({ id }) => oidcArtifacts.find("ClientCredentials", id)));
  expect(found.map((one) => one?.payload.clientId)).toEqual(tokens.map(({ artifact }) => artifact.clientId));
  await oidcArtifacts.destroy("ClientCredentials", tokens[0]?.id ?? "");
  expect(await oidcArtifacts.find("ClientCredentials", tokens[0]?.id ?? "")).toBeNull();
  await clock.advance(61);
  expect(await oidcArtifacts.find("ClientCredentials", tokens[1]?.id ?? "")).toBeNull();
});

test("nothing else is written asynchronously", async () => {
  const { pool } = fixture;
  const { oidcArtifacts } = fixture.database;
  await oidcArtifacts.consumeAndKeep(null, [token("site")]);
  const settings = await Promise.all(Array.from({ length: 12 }, () => pool.query("SHOW synchronous_commit")));
  expect(new Set(settings.map(({ rows }) => rows[0].synchronous_commit))).toEqual(new Set(["on"]));
});

test("when the statement fails, every caller gets the error", async () => {
  const { oidcArtifacts } = fixture.database;
  const twice = token("site");
  const writes = await Promise.allSettled(
    [twice, twice].map((one) => oidcArtifacts.consumeAndKeep(null, [one])),
  );
  expect(writes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await oidcArtifacts.find("ClientCredentials", twice.id)).toBeNull();
});
