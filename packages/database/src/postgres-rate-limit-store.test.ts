import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type DatabaseFixture, openDatabaseFixture } from "./database-fixture.ts";
import type { RateLimitStore } from "./rate-limit-store.ts";

let fixture: DatabaseFixture;
let rateLimits: RateLimitStore;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
  rateLimits = fixture.database.rateLimits;
});
beforeEach(() => fixture.pool.query("TRUNCATE rate_limits"));
afterEach(() => vi.restoreAllMocks());
afterAll(() => fixture.close());

const limit = { points: 3, duration: 60 };
const times = (count: number, attempt: () => Promise<number>) =>
  Promise.all(Array.from({ length: count }, attempt));

test("of concurrent attempts exactly as many as the limit are allowed; the others wait until the period is over", async () => {
  const limiter = rateLimits.createLimiter("test", limit);
  const waits = await times(20, () => limiter.consume("key"));
  expect(waits.filter((seconds) => seconds === 0)).toHaveLength(3);
  const refused = waits.filter((seconds) => seconds > 0);
  expect([Math.min(...refused) > 50, Math.max(...refused) <= 60]).toEqual([true, true]);
});

test("keys and limiters count separately", async () => {
  const limiter = rateLimits.createLimiter("test", limit);
  await times(4, () => limiter.consume("key"));
  expect(await limiter.consume("other key")).toBe(0);
  expect(await rateLimits.createLimiter("other", limit).consume("key")).toBe(0);
});

test("a reward gives one attempt back, a reset all of them", async () => {
  const limiter = rateLimits.createLimiter("test", limit);
  await times(3, () => limiter.consume("key"));
  await limiter.reward("key");
  expect(await limiter.consume("key")).toBe(0);
  expect(await limiter.consume("key")).toBeGreaterThan(0);
  await limiter.reset("key");
  expect(await times(3, () => limiter.consume("key"))).toEqual([0, 0, 0]);
});

test("ASVS 16.5.3 without the database no attempt is allowed", async () => {
  const limiter = rateLimits.createLimiter("test", limit);
  vi.spyOn(fixture.pool, "query").mockImplementation(() => Promise.reject(new Error("database gone")));
  await expect(limiter.consume("key")).rejects.toThrow("database gone");
});

test("a sweep deletes counters that expired more than an hour ago", async () => {
  const insert = "INSERT INTO rate_limits VALUES ($1, 1, 1000 * extract(epoch FROM now() + $2::interval))";
  await fixture.pool.query(insert, ["over", "-61 minutes"]);
  await fixture.pool.query(insert, ["just over", "-59 minutes"]);
  await fixture.pool.query(insert, ["counting", "1 minute"]);
  expect(await rateLimits.sweep(10)).toBe(1);
  const { rows } = await fixture.pool.query("SELECT key FROM rate_limits ORDER BY key");
  expect(rows.map(({ key }) => key)).toEqual(["counting", "just over"]);
});
