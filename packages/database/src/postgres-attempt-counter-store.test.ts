import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { AttemptCounter, AttemptCounterStore, CountedAttempt } from "./attempt-counter-store.ts";
import { type DatabaseFixture, openDatabaseFixture, waiting } from "./database-fixture.ts";
import { ageAttempts, forgetAttempts } from "./test-clock.ts";

let fixture: DatabaseFixture;
let counters: AttemptCounterStore;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
  counters = fixture.database.attemptCounters;
});
beforeEach(() => forgetAttempts(fixture.database));
afterEach(() => vi.restoreAllMocks());
afterAll(() => fixture.close());

const growing: AttemptCounter = {
  key: "growing",
  limit: { free: 5, longestWait: 900, forgottenAfter: 3600 },
};
const ceiling: AttemptCounter = { key: "ceiling", limit: { most: 3, within: 60 } };

const waitOf = async (...of: AttemptCounter[]) => (await counters.count(of)).map(({ wait }) => wait);
const pass = (seconds: number) => ageAttempts(fixture.database, seconds);
const timesOf = async <Result>(times: number, attempt: (index: number) => Promise<Result>) => {
  const results: Result[] = [];
  for (let index = 0; index < times; index++) results.push(await attempt(index));
  return results;
};
const atOnce = <Result>(times: number, attempt: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: times }, (_, index) => attempt(index)));
const passed = (results: readonly (readonly CountedAttempt[])[]) =>
  results.filter((result) => result.every(({ wait }) => wait === 0)).length;

describe("waits that grow", () => {
  /** Seconds between the last attempt and the end of its wait, however slow this test is. */
  async function lastWait(): Promise<number> {
    const { rows } = await fixture.pool.query(
      "SELECT extract(epoch FROM blocked_until - forgotten_at + interval '1 hour')::int AS wait FROM attempt_counters",
    );
    return rows[0].wait;
  }

  test("five attempts pass, then each makes the next one wait 1, 2, 4 … seconds, 15 minutes at most", async () => {
    expect(await timesOf(5, () => waitOf(growing))).toEqual(Array(5).fill([0]));
    const waits: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      const wait = await lastWait();
      waits.push(wait);
      await pass(wait);
      expect(await waitOf(growing)).toEqual([0]);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
  });

  test("an attempt before the end of the wait is refused, for as long as is left of it", async () => {
    await timesOf(5, () => waitOf(growing));
    await pass(-99);
    const [wait = 0] = await waitOf(growing);
    expect([wait > 50, wait <= 100]).toEqual([true, true]);
  });

  test("an attempt during the wait is not counted and does not prolong it", async () => {
    for (let attempt = 0; attempt < 7; attempt++) {
      await waitOf(growing);
      await pass(attempt < 6 ? 2 : -100);
    }
    const during = await timesOf(20, () => counters.count([growing]));
    expect(new Set(during.map(([state]) => state?.attempts))).toEqual(new Set([7]));
    await pass(104);
    expect(await waitOf(growing)).toEqual([0]);
  });

  test("an hour without an attempt forgets the count; each attempt begins that hour anew", async () => {
    await timesOf(6, () => waitOf(growing));
    await pass(3590);
    expect(await counters.count([growing])).toEqual([{ attempts: 6, wait: 0 }]);
    await pass(3590);
    expect(await counters.count([growing])).toEqual([{ attempts: 7, wait: 0 }]);
    await pass(3601);
    expect(await counters.count([growing])).toEqual([{ attempts: 1, wait: 0 }]);
  });

  test("of fifty concurrent attempts five pass, and after the wait one more", async () => {
    const began = Date.now();
    const made = passed(await atOnce(50, () => counters.count([growing])));
    expect(made).toBeGreaterThanOrEqual(5);
    // On a slow machine the waits allow a sixth attempt after one second, a seventh after three.
    expect(made).toBeLessThanOrEqual(5 + Math.log2(1 + (Date.now() - began) / 1000));
    await forgetAttempts(fixture.database);
    await timesOf(9, async () => {
      await waitOf(growing);
      await pass(16);
    });
    expect(passed(await atOnce(50, () => counters.count([growing])))).toBe(1);
  });
});

describe("a ceiling", () => {
  test("of concurrent attempts exactly as many as it allows pass; the others wait until its time is over", async () => {
    const states = (await atOnce(50, () => counters.count([ceiling]))).flat();
    expect(states.filter(({ wait }) => wait === 0)).toHaveLength(3);
    const waits = states.map(({ wait }) => wait).filter((wait) => wait > 0);
    expect([Math.min(...waits) > 50, Math.max(...waits) <= 60]).toEqual([true, true]);
  });

  test("its time begins with the first attempt", async () => {
    await waitOf(ceiling);
    await pass(50);
    await timesOf(2, () => waitOf(ceiling));
    expect((await waitOf(ceiling))[0]).toBeLessThanOrEqual(10);
    await pass(10);
    expect(await timesOf(4, async () => (await waitOf(ceiling))[0] === 0)).toEqual([true, true, true, false]);
  });
});

describe("several counters of one attempt", () => {
  const first: AttemptCounter = { ...growing, key: "a first one" };
  const wide: AttemptCounter = { key: "a wide one", limit: { most: 7, within: 60 } };

  test("are counted together or not at all, and the answer says which of them refuses", async () => {
    await timesOf(5, () => counters.count([growing, wide]));
    await pass(-20);
    expect(await counters.count([growing, wide])).toEqual([
      { attempts: 5, wait: expect.any(Number) },
      { attempts: 5, wait: 0 },
    ]);
    expect((await waitOf(growing, wide))[0]).toBeGreaterThan(10);
    const other = { ...growing, key: "another" };
    await timesOf(2, () => waitOf(other, wide));
    const [one, two] = await counters.count([other, wide]);
    expect([one, two?.attempts]).toEqual([{ attempts: 2, wait: 0 }, 7]);
    expect(two?.wait).toBeGreaterThan(50);
  });

  test("a refused attempt leaves no counter behind", async () => {
    await timesOf(3, () => waitOf(ceiling));
    expect((await counters.count([first, ceiling])).map(({ attempts }) => attempts)).toEqual([0, 3]);
    expect((await fixture.pool.query("SELECT FROM attempt_counters")).rowCount).toBe(1);
  });

  test("an attempt that another one overtakes takes back what it counted", async () => {
    await timesOf(2, () => waitOf(ceiling));
    await waitOf(first);
    const overtaker = await fixture.pool.connect();
    await overtaker.query("BEGIN");
    await overtaker.query("SELECT count_attempt($1, '{3}', '{NULL}', '{60}')", [[ceiling.key]]);
    const overtaken = counters.count([ceiling, first]);
    await waiting(fixture, 1);
    await overtaker.query("COMMIT");
    overtaker.release();
    expect(await overtaken).toEqual([
      { attempts: 3, wait: 60 },
      { attempts: 1, wait: 0 },
    ]);
    expect(await counters.count([first])).toEqual([{ attempts: 2, wait: 0 }]);
  });

  test("concurrent attempts that share counters in any order never wait for each other, and none is lost", async () => {
    const shared = { key: "shared", limit: { most: 40, within: 60 } };
    const results = await atOnce(200, (index) => {
      const own = { ...growing, key: `${index % 2 === 0 ? "before" : "zz after"} ${index % 20}` };
      return counters.count(index % 3 === 0 ? [shared, own] : [own, shared]);
    });
    expect(passed(results)).toBe(40);
    const { rows } = await fixture.pool.query(
      "SELECT sum(attempts) FILTER (WHERE key = 'shared')::int AS shared, sum(attempts)::int AS sum FROM attempt_counters",
    );
    expect(rows).toEqual([{ shared: 40, sum: 80 }]);
  });

  test("attempts and their successes at the same time do not wait for each other", async () => {
    const three = [growing, ceiling, wide];
    await atOnce(100, async (index) => {
      if (passed([await counters.count(three)]) === 0) return;
      await counters.takeBack(
        index % 2 === 0
          ? { forget: [wide.key, growing.key], giveBack: [ceiling.key] }
          : { forget: [growing.key, wide.key, ceiling.key] },
      );
    });
    const { rows } = await fixture.pool.query("SELECT FROM attempt_counters WHERE attempts > 0");
    expect(rows).toEqual([]);
  });
});

test("an attempt that is refused by a counter that is taken back at that moment does not pass uncounted", async () => {
  const one: AttemptCounter = { key: "one", limit: { most: 1, within: 3600 } };
  for (let round = 0; round < 200; round++) {
    await forgetAttempts(fixture.database);
    await counters.count([one]);
    const [states] = await Promise.all([
      atOnce(6, () => counters.count([one])),
      counters.takeBack({ forget: [one.key] }),
    ]);
    const { rows } = await fixture.pool.query(
      "SELECT coalesce(sum(attempts), 0)::int AS counted FROM attempt_counters",
    );
    expect(passed(states)).toBe(rows[0].counted);
  }
});

test("an attempt that was right is taken back: whole counters, or one attempt of a ceiling", async () => {
  await timesOf(5, () => waitOf(growing));
  await timesOf(3, () => waitOf(ceiling));
  await counters.takeBack({ forget: [growing.key, "unknown"], giveBack: [ceiling.key, "unknown too"] });
  expect(await counters.count([growing, ceiling])).toEqual([
    { attempts: 1, wait: 0 },
    { attempts: 3, wait: 0 },
  ]);
  expect((await waitOf(ceiling))[0]).toBeGreaterThan(0);
});

test("ASVS 16.5.3 without the database no attempt is allowed", async () => {
  vi.spyOn(fixture.pool, "query").mockImplementation(() => Promise.reject(new Error("database gone")));
  await expect(counters.count([growing])).rejects.toThrow("database gone");
});

test("counts survive the death of the database server, except those of its last half second", async () => {
  await timesOf(4, () => waitOf(growing));
  // This commit waits for the disk, and so for all commits before it.
  await fixture.pool.query("INSERT INTO spent_login_tickets VALUES ('x', now())");
  counters = (await fixture.reopenAfterKill()).attemptCounters;
  expect(await counters.count([growing])).toEqual([{ attempts: 5, wait: 0 }]);
});

test("statements after a decision wait for the disk as before", async () => {
  await counters.count([growing]);
  await counters.takeBack({ forget: [growing.key] });
  const settings = await atOnce(12, () => fixture.pool.query("SHOW synchronous_commit"));
  expect(new Set(settings.map(({ rows }) => rows[0].synchronous_commit))).toEqual(new Set(["on"]));
});

test("a decision reads by the key, however small the table was when its plan was made", async () => {
  await waitOf(growing);
  await fixture.pool.query("VACUUM ANALYZE attempt_counters");
  const client = await fixture.pool.connect();
  const scans = async () => {
    const { rows } = await client.query(
      "SELECT seq_scan::int AS all, idx_scan::int AS keys FROM pg_stat_xact_user_tables WHERE relname = 'attempt_counters'",
    );
    return rows[0];
  };
  try {
    await client.query("BEGIN");
    const before = await scans();
    for (let attempt = 0; attempt < 3; attempt++)
      await client.query("SELECT count_attempt('{a,b}', '{5,100}', '{900,NULL}', '{3600,60}')");
    const after = await scans();
    expect(after.all).toBe(before.all);
    expect(after.keys).toBeGreaterThan(before.keys);
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
});

test("a sweep deletes counters that were forgotten more than an hour ago, also those of earlier versions", async () => {
  const { pool } = fixture;
  const [insert, insertEarlier] = [
    "INSERT INTO attempt_counters (key, attempts, forgotten_at) VALUES ($1, 1, now() + $2::interval)",
    "INSERT INTO rate_limits VALUES ($1, 1, 1000 * extract(epoch FROM now() + $2::interval))",
  ];
  for (const statement of [insert, insertEarlier]) {
    await pool.query(statement, ["over", "-61 minutes"]);
    await pool.query(statement, ["just over", "-59 minutes"]);
    await pool.query(statement, ["counting", "1 minute"]);
  }
  expect(await counters.sweep(10)).toBe(2);
  for (const table of ["attempt_counters", "rate_limits"]) {
    const { rows } = await pool.query(`SELECT key FROM ${table} ORDER BY key`);
    expect(rows.map(({ key }) => key)).toEqual(["counting", "just over"]);
  }
});
