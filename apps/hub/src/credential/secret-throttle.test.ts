import type { Database } from "@gatehouse/database";
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { openTestDatabase } from "../test-support/test-database.ts";
import { type AttemptSource, createSecretThrottle, type SecretThrottle } from "./secret-throttle.ts";

let database: Database;
let appPasswordThrottle: SecretThrottle;
beforeAll(async () => {
  database = await openTestDatabase();
  appPasswordThrottle = createSecretThrottle(database.rateLimits, "app-password");
});
beforeEach(async () => {
  await poolOf(database).query("TRUNCATE rate_limits");
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => database.close());

const here: AttemptSource = { address: "192.0.2.1" };

/** How many of so many at once are still answered. */
async function answered(count: number, from: AttemptSource): Promise<number> {
  const waits = await Promise.all(Array.from({ length: count }, () => appPasswordThrottle.count(from)));
  return waits.filter((seconds) => seconds === 0).length;
}

test("ASVS 6.3.1 a hundred wrong secrets from an address, then a wait of minutes", async () => {
  expect(await answered(150, here)).toBe(100);
  const wait = await appPasswordThrottle.count(here);
  expect(wait).toBeGreaterThan(800);
  expect(wait).toBeLessThanOrEqual(900);
});

test("another address and a site have counters of their own; an IPv6 network has one", async () => {
  await answered(101, here);
  await answered(101, { address: "2001:db8::1" });
  expect(await appPasswordThrottle.count({ address: "192.0.2.2" })).toBe(0);
  expect(await appPasswordThrottle.count({ site: "192.0.2.1" })).toBe(0);
  expect(await appPasswordThrottle.count({ address: "2001:db8::2" })).toBeGreaterThan(0);
});

test("site secrets and app passwords have separate counters", async () => {
  await answered(101, here);
  expect(await createSecretThrottle(database.rateLimits, "site-secret").count(here)).toBe(0);
});

test("ASVS 16.5.3 a failure to count is an error, not a pass", async () => {
  vi.spyOn(poolOf(database), "query").mockImplementation(() => Promise.reject(new Error("database gone")));
  await expect(appPasswordThrottle.count(here)).rejects.toThrow("database gone");
});

test("LOGIN_THROTTLE=off counts nothing", async () => {
  const off = createSecretThrottle(null, "app-password");
  for (let index = 0; index < 150; index++) expect(await off.count(here)).toBe(0);
});
