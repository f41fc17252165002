/** Tests of signing keys. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type DatabaseFixture, emptyDatabase, openDatabaseFixture } from "./database-fixture.ts";

let fixture: DatabaseFixture;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  await fixture.pool.query("TRUNCATE signing_keys");
});
afterAll(() => fixture.close());

const add = (kid: string, more: object = {}) =>
  fixture.database.signingKeys.add({
    kid,
    algorithm: "ES256",
    sealed: "sealed",
    waitSeconds: 0,
    overlapSeconds: 3600,
    unlessNewerThanSeconds: 0,
    ...more,
  });
const kids = async () => (await fixture.database.signingKeys.list()).keys.map(({ kid }) => kid);

test("of 20 processes that find a new key due, one adds it", async () => {
  const due = { unlessNewerThanSeconds: 60 };
  const added = await Promise.all(Array.from({ length: 20 }, (_, index) => add(`k${index}`, due)));
  expect(added.filter(Boolean)).toHaveLength(1);
  expect(await kids()).toHaveLength(1);
});

test("a new key is published before it signs, and the old one until its last token has expired", async () => {
  await add("old");
  await fixture.clock.advance(1000);
  await add("new", { waitSeconds: 86_400 });
  expect(await kids()).toEqual(["old", "new"]);
  await fixture.clock.advance(86_401);
  expect(await kids()).toEqual(["new", "old"]);
  await fixture.clock.advance(3600);
  expect(await kids()).toEqual(["new"]);
});

test("a retired key is stored for 400 days, to verify old signatures", async () => {
  await add("old");
  await fixture.clock.advance(1000);
  await add("new");
  await fixture.clock.advance(3601);
  const retired = async () => (await fixture.database.signingKeys.list()).retired.map(({ kid }) => kid);
  expect(await retired()).toEqual(["old"]);
  await fixture.clock.advance(399 * 86_400);
  expect([await fixture.database.signingKeys.sweep(10), await retired()]).toEqual([0, ["old"]]);
  await fixture.clock.advance(2 * 86_400);
  expect([await fixture.database.signingKeys.sweep(10), await retired()]).toEqual([1, []]);
});

test("a new key retires only keys of its algorithm", async () => {
  await add("ec");
  await add("rsa", { algorithm: "RS256" });
  expect(
    (await fixture.database.signingKeys.list()).keys.map(({ publishedUntil }) => publishedUntil),
  ).toEqual([null, null]);
});

test("an empty list has the database's time", async () => {
  await fixture.clock.advance(3_600);
  const { now, keys, retired } = await fixture.database.signingKeys.list();
  expect([keys, retired]).toEqual([[], []]);
  expect(now.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
});
