import { setImmediate } from "node:timers/promises";
import type { Database } from "@gatehouse/database";
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openTestDatabase } from "../test-support/test-database.ts";
import { type Attempt, createSignInThrottle, type SignInThrottle } from "./sign-in-throttle.ts";

let database: Database;
let throttle: SignInThrottle;
beforeAll(async () => {
  database = await openTestDatabase();
  throttle = createSignInThrottle(database.rateLimits);
});
beforeEach(async () => {
  await poolOf(database).query("TRUNCATE rate_limits");
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => database.close());

const alice: Attempt = { identifier: "alice", address: "192.0.2.1", knownBrowser: undefined };

/** How many of `count` attempts, one after the other, get through. */
async function tries(count: number, attempt: Attempt): Promise<number> {
  let allowed = 0;
  for (let index = 0; index < count; index++) if ((await throttle.count(attempt)).allowed) allowed++;
  return allowed;
}

const isAllowed = async (attempt: Partial<Attempt>) =>
  (await throttle.count({ ...alice, ...attempt })).allowed;

test("ASVS 6.3.1 ten attempts on an account from one address, then a wait of minutes", async () => {
  expect(await tries(10, alice)).toBe(10);
  const refused = await throttle.count(alice);
  expect(refused).toEqual({ allowed: false, retryInSeconds: expect.any(Number) });
  if (refused.allowed) throw new Error("it was allowed");
  expect(refused.retryInSeconds).toBeGreaterThan(800);
  expect(refused.retryInSeconds).toBeLessThanOrEqual(900);
});

test("of fifty concurrent attempts at most the limit is allowed", async () => {
  const taken = await Promise.all(Array.from({ length: 50 }, () => throttle.count(alice)));
  expect(taken.filter(({ allowed }) => allowed)).toHaveLength(10);
});

test("another account, and another address, have counters of their own", async () => {
  await tries(11, alice);
  expect(await isAllowed({ identifier: "bob" })).toBe(true);
  expect(await isAllowed({ address: "192.0.2.2" })).toBe(true);
});

test("different spellings of a name share a counter", async () => {
  await tries(5, alice);
  await tries(5, { ...alice, identifier: " ALICE " });
  expect(await isAllowed({})).toBe(false);
});

test("NIST SP 800-63B-4 3.2.2 an account allows a hundred attempts from all addresses", async () => {
  for (let host = 1; host <= 10; host++)
    expect(await tries(10, { ...alice, address: `192.0.2.${host}` })).toBe(10);
  expect(await isAllowed({ address: "192.0.2.200" })).toBe(false);
  expect(await isAllowed({ address: "192.0.2.200", identifier: "bob" })).toBe(true);
});

test("an address allows a hundred attempts over all accounts", async () => {
  for (let account = 1; account <= 10; account++)
    expect(await tries(10, { ...alice, identifier: `account${account}` })).toBe(10);
  expect(await isAllowed({ identifier: "bob" })).toBe(false);
  expect(await isAllowed({ identifier: "bob", address: "192.0.2.2" })).toBe(true);
});

test("an account that has reached its limits is reported, an address that has reached its limit is not", async () => {
  const reached: Attempt[] = [];
  throttle = createSignInThrottle(database.rateLimits, (attempt) => reached.push(attempt));
  await tries(11, alice);
  expect(reached).toEqual([alice]);
  for (let host = 2; host <= 11; host++) await tries(10, { ...alice, address: `192.0.2.${host}` });
  expect(reached.slice(1)).toEqual(Array(10).fill({ ...alice, address: "192.0.2.11" }));
  for (let account = 1; account <= 10; account++) await tries(10, { ...alice, identifier: `a${account}` });
  expect(await isAllowed({ identifier: "bob" })).toBe(false);
  expect(reached).toHaveLength(11);
});

test("ASVS 6.1.1 refused attempts of one address do not count against the account's hundred", async () => {
  expect(await tries(150, alice)).toBe(10);
  expect(await isAllowed({ address: "192.0.2.2" })).toBe(true);
});

test("an attack on one account does not block the office that it comes from", async () => {
  expect(await tries(150, alice)).toBe(10);
  expect(await isAllowed({ identifier: "bob" })).toBe(true);
});

describe("ASVS 6.1.1 a known browser of the user", () => {
  const known = { ...alice, knownBrowser: "known-browser" };

  test("is not locked out by a stranger, from any address", async () => {
    await tries(11, alice);
    for (let host = 1; host <= 10; host++) await tries(10, { ...alice, address: `192.0.2.${host}` });
    for (let account = 1; account <= 10; account++)
      await tries(10, { ...alice, identifier: `account${account}` });
    expect(await isAllowed({})).toBe(false);
    expect(await isAllowed({ address: "192.0.2.99" })).toBe(false);
    expect(await tries(10, known)).toBe(10);
  });

  test("allows ten attempts as well, because it may be stolen", async () => {
    expect(await tries(11, known)).toBe(10);
    expect(await isAllowed({ knownBrowser: "other-known-browser" })).toBe(true);
  });

  test("NIST SP 800-63B-4 3.2.2 shares a hundred attempts with all others, which a thief can make", async () => {
    for (let browser = 1; browser <= 10; browser++)
      expect(await tries(10, { ...alice, knownBrowser: `browser ${browser}` })).toBe(10);
    expect(await isAllowed({ knownBrowser: "browser 11" })).toBe(false);
    expect(await isAllowed({ knownBrowser: "browser 11", identifier: "bob" })).toBe(true);
    expect(await isAllowed({})).toBe(true);
    await throttle.succeeded({ ...alice, knownBrowser: "browser 1" });
    expect(await isAllowed({ knownBrowser: "browser 11" })).toBe(true);
  });
});

describe("a right password gives back the count", () => {
  test("of the account from this address", async () => {
    await tries(9, alice);
    await throttle.succeeded(alice);
    expect(await tries(11, alice)).toBe(10);
  });

  test("of the account from all addresses", async () => {
    for (let host = 1; host <= 9; host++) await tries(10, { ...alice, address: `192.0.2.${host}` });
    await throttle.succeeded({ ...alice, address: "192.0.2.1" });
    for (let host = 10; host <= 19; host++)
      expect(await tries(10, { ...alice, address: `192.0.2.${host}` })).toBe(10);
  });

  test("of the address, but not the counts of other accounts", async () => {
    for (let account = 1; account <= 9; account++)
      await tries(10, { ...alice, identifier: `account${account}` });
    for (let round = 0; round < 20; round++) {
      expect(await isAllowed({})).toBe(true);
      await throttle.succeeded(alice);
    }
    expect(await tries(11, { ...alice, identifier: "bob" })).toBe(10);
    expect(await isAllowed({ identifier: "carol" })).toBe(false);
  });

  test("of a known browser, and not of the wide counters", async () => {
    await tries(10, alice);
    const known = { ...alice, knownBrowser: "known-browser" };
    await tries(9, known);
    await throttle.succeeded(known);
    expect(await tries(11, known)).toBe(10);
    expect(await isAllowed({})).toBe(false);
  });
});

describe("concurrent attempts wait in a queue", () => {
  /** How many of these attempts were under way together at most, and what came of each. */
  async function makeAtOnce(attempts: readonly Attempt[]) {
    let [running, most] = [0, 0];
    const make = async () => {
      most = Math.max(most, ++running);
      await setImmediate();
      running--;
      return "made" as const;
    };
    const results = await Promise.all(attempts.map((attempt) => throttle.queue(attempt, make)));
    return { most, results };
  }
  const times = (count: number, attempt: (index: number) => Attempt) =>
    Array.from({ length: count }, (_, index) => attempt(index));

  test("one at a time on an account from one address or known browser", async () => {
    for (const knownBrowser of [undefined, "known-browser"]) {
      const { most, results } = await makeAtOnce(times(50, () => ({ ...alice, knownBrowser })));
      expect([most, new Set(results)]).toEqual([1, new Set(["made"])]);
    }
  });

  test("some at a time from one address over all accounts, where its attempts are counted", async () => {
    const from = (knownBrowser: string | undefined) =>
      times(50, (index) => ({ ...alice, identifier: `account${index}`, knownBrowser }));
    expect((await makeAtOnce(from(undefined))).most).toBe(16);
    expect((await makeAtOnce(from("known-browser"))).most).toBe(50);
  });

  test("a flood gets a refusal instead of waiting in memory", async () => {
    const { results } = await makeAtOnce(times(600, () => alice));
    expect(results.filter((result) => result === "made")).toHaveLength(501);
    expect(results.at(-1)).toEqual({ allowed: false, retryInSeconds: 1 });
  });
});

test.each([
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2:ffff::1", true],
  ["2001:db8::a:1:2:3", "2001:db8::b:1:2:3", true],
  ["2001:db8::1", "2001:0db8:0:0:9::", true],
  ["::1", "::2", true],
  ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
  ["192.0.2.1", "192.0.2.2", false],
])("%s and %s are one network: %s", async (first, second, isOne) => {
  await tries(10, { ...alice, address: first });
  expect(await isAllowed({ address: second })).toBe(!isOne);
});

test("a typed name is not stored, because it may be a password", async () => {
  await throttle.count({ ...alice, identifier: "correct horse" });
  const { rows } = await poolOf(database).query("SELECT key FROM rate_limits");
  expect(rows).toHaveLength(3);
  expect(JSON.stringify(rows)).not.toContain("correct");
});

test("ASVS 16.5.3 a failure to count is an error, not a pass", async () => {
  vi.spyOn(poolOf(database), "query").mockImplementation(() => Promise.reject(new Error("database gone")));
  await expect(throttle.count(alice)).rejects.toThrow("database gone");
});

test("LOGIN_THROTTLE=off counts nothing", async () => {
  const off = createSignInThrottle(null);
  for (let index = 0; index < 20; index++) expect(await off.count(alice)).toEqual({ allowed: true });
  await off.succeeded(alice);
  expect(await off.queue(alice, async () => "made")).toBe("made");
});
