/** Tests of the exchange of refresh tokens. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type DatabaseFixture, emptyDatabase, openDatabaseFixture } from "./database-fixture.ts";
import type { RefreshExchangeStore } from "./refresh-exchange-store.ts";

let fixture: DatabaseFixture;
let exchanges: RefreshExchangeStore;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
beforeEach(async () => {
  await emptyDatabase(fixture.database);
  exchanges = fixture.database.refreshExchanges;
});
afterAll(() => fixture.close());

async function newToken(): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await fixture.database.oidcArtifacts.upsert(token, {
    kind: "RefreshToken",
    payload: {},
    lifeSeconds: 3600,
  });
  return token;
}
async function begun(token: string): Promise<Date> {
  const exchange = await exchanges.begin(token);
  if (exchange.state !== "begun") throw new Error(`it is ${exchange.state}`);
  return exchange.at;
}
const advance = (seconds: number) => fixture.clock.advance(seconds);
const stateOf = async (token: string) => (await exchanges.begin(token)).state;

test("of 50 concurrent callers one begins, for the others the exchange is under way", async () => {
  const token = await newToken();
  const states = await Promise.all(Array.from({ length: 50 }, () => stateOf(token)));
  expect(states.filter((state) => state === "begun")).toHaveLength(1);
  expect(states.filter((state) => state === "under-way")).toHaveLength(49);
});

test("RFC 9700 4.14.2 retries get the same answer for ten seconds; then the token is consumed", async () => {
  const token = await newToken();
  expect(await exchanges.finish(token, await begun(token), "the answer")).toBe(true);
  await advance(9);
  expect(await exchanges.begin(token)).toEqual({ state: "answered", answer: "the answer" });
  await advance(2);
  expect(await exchanges.begin(token)).toEqual({ state: "consumed" });
});

test("an unfinished exchange may begin again after two seconds; the answer of the first is refused", async () => {
  const token = await newToken();
  const first = await begun(token);
  await advance(1);
  expect(await stateOf(token)).toBe("under-way");
  await advance(1);
  const states = await Promise.all(Array.from({ length: 10 }, () => exchanges.begin(token)));
  const [second, ...more] = states.flatMap((one) => (one.state === "begun" ? [one.at] : []));
  expect(more).toEqual([]);
  expect(await exchanges.finish(token, first, "of the first")).toBe(false);
  expect(await exchanges.finish(token, second as Date, "of the second")).toBe(true);
  expect(await exchanges.begin(token)).toEqual({ state: "answered", answer: "of the second" });
});

test("a stored answer is not replaced", async () => {
  const token = await newToken();
  const at = await begun(token);
  await exchanges.finish(token, at, "the answer");
  expect(await exchanges.finish(token, at, "another")).toBe(false);
});

test("an answer survives kill -9", async () => {
  const token = await newToken();
  await exchanges.finish(token, await begun(token), "the answer");
  exchanges = (await fixture.reopenAfterKill()).refreshExchanges;
  expect(await exchanges.begin(token)).toEqual({ state: "answered", answer: "the answer" });
  await advance(11);
  expect(await stateOf(token)).toBe("consumed");
});

test("a sweep deletes the answer; the token stays consumed", async () => {
  const token = await newToken();
  await exchanges.finish(token, await begun(token), "the answer");
  expect(await exchanges.sweep(10)).toBe(0);
  await advance(11);
  expect(await exchanges.sweep(10)).toBe(1);
  expect(await stateOf(token)).toBe("consumed");
  const { rows } = await fixture.pool.query("SELECT answer FROM oidc_artifacts");
  expect(JSON.stringify(rows)).not.toContain("the answer");
});

test("an unknown token counts as consumed", async () => {
  expect(await stateOf("nothing")).toBe("consumed");
});
