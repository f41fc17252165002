/** The throttle with its counters in a database. */
import { setImmediate } from "node:timers/promises";
import type { Database } from "@gatehouse/database";
import { ageAttempts, forgetAttempts } from "@gatehouse/database/test-clock";
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openTestDatabase } from "../test-support/test-database.ts";
import { createThrottle, type ProvingAttempt, type Throttle, type UserAttempt } from "./throttle.ts";

let database: Database;
let throttle: Throttle;
let announced: UserAttempt[];
/** Another process of the hub. */
let replica: Throttle;
beforeAll(async () => {
  database = await openTestDatabase();
  const open = () =>
    createThrottle({
      attemptCounters: database.attemptCounters,
      isOn: true,
      announce: (by) => announced.push(by),
    });
  [throttle, replica] = [open(), open()];
});
beforeEach(async () => {
  announced = [];
  await forgetAttempts(database);
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => database.close());

const alice: UserAttempt = { account: "alice", address: "192.0.2.1", knownBrowser: undefined };
const wrong: ProvingAttempt<string> = { make: async () => "made", isRight: () => false };
const right: ProvingAttempt<string> = { make: async () => "made", isRight: () => true };

const prove = (by: Partial<UserAttempt>, proving = wrong) =>
  throttle.attempt("password", { ...alice, ...by }, proving);
const isMade = async (by: Partial<UserAttempt>) => (await prove(by)).allowed;
const waitOf = async (by: Partial<UserAttempt>) => {
  const attempted = await prove(by);
  return attempted.allowed ? 0 : attempted.retryInSeconds;
};
const pass = (seconds: number) => ageAttempts(database, seconds);

/** Seconds by which `tries` prolongs each wait, so that it has not ended when a slow test makes the next attempt. */
const held = 600;

/** How many of `count` attempts, one after the other, are made. */
async function tries(count: number, by: Partial<UserAttempt>): Promise<number> {
  let made = 0;
  for (let index = 0; index < count; index++)
    if (await isMade(by)) {
      made++;
      await pass(-held);
    }
  return made;
}

/** Uses counters up without waiting: makes each wrong attempt from another address or known browser. */
async function fromEverywhere(count: number, by: (index: number) => Partial<UserAttempt>): Promise<number> {
  let made = 0;
  for (let index = 0; index < count; index++) made += await tries(1, by(index));
  return made;
}
const elsewhere = (index: number) => ({ address: `198.51.100.${index}` });

describe("ASVS 6.3.1 wrong passwords", () => {
  test("five are made at once, then one after each wait", async () => {
    expect(await tries(8, {})).toBe(5);
    await pass(1 + held);
    expect(await tries(3, {})).toBe(1);
    await pass(2 + held);
    expect(await tries(3, {})).toBe(1);
  });

  test("of fifty concurrent attempts at two replicas five are made, and no more than the waits allow", async () => {
    const began = Date.now();
    const attempts = Array.from({ length: 50 }, (_, index) =>
      (index % 2 === 0 ? throttle : replica).attempt("password", alice, wrong),
    );
    const made = (await Promise.all(attempts)).filter(({ allowed }) => allowed).length;
    expect(made).toBeGreaterThanOrEqual(5);
    expect(made).toBeLessThanOrEqual(5 + Math.log2(1 + (Date.now() - began) / 1000));
  });

  test("another account, another address and the codes of the second step have counters of their own", async () => {
    await tries(6, {});
    expect(await isMade({ account: "bob" })).toBe(true);
    expect(await isMade({ address: "192.0.2.2" })).toBe(true);
    expect((await throttle.attempt("code", alice, wrong)).allowed).toBe(true);
  });

  test("different spellings of a name share a counter", async () => {
    await tries(3, {});
    await tries(2, { account: " ALICE " });
    expect(await isMade({})).toBe(false);
  });

  test("NIST SP 800-63B-4 3.2.2 an account allows a hundred in a day from all addresses", async () => {
    expect(await fromEverywhere(101, elsewhere)).toBe(100);
    expect(await isMade({ address: "192.0.2.200", account: "bob" })).toBe(true);
    expect(await waitOf({})).toBeGreaterThan(86_000);
  });

  test("an address allows a hundred in 15 minutes over all accounts", async () => {
    expect(await fromEverywhere(101, (index) => ({ account: `account${index}` }))).toBe(100);
    expect(await isMade({ account: "bob", address: "192.0.2.2" })).toBe(true);
    expect(await waitOf({})).toBeGreaterThan(800);
  });

  test("ASVS 6.1.1 refused attempts count neither against the account nor against the office", async () => {
    expect(await tries(150, {})).toBe(5);
    expect(await isMade({ address: "192.0.2.2" })).toBe(true);
    expect(await isMade({ account: "bob" })).toBe(true);
  });
});

describe("ASVS 6.1.1 a known browser of the user", () => {
  const known = { knownBrowser: "known-browser" };

  test("is not locked out by strangers, from any address", async () => {
    await tries(6, {});
    await fromEverywhere(100, elsewhere);
    await fromEverywhere(100, (index) => ({ account: `account${index}` }));
    expect(await isMade({})).toBe(false);
    expect(await isMade({ address: "192.0.2.99" })).toBe(false);
    expect(await tries(5, known)).toBe(5);
  });

  test("has growing waits as well, because it may be stolen", async () => {
    expect(await tries(6, known)).toBe(5);
    expect(await isMade({ knownBrowser: "other-known-browser" })).toBe(true);
  });

  test("NIST SP 800-63B-4 3.2.2 shares a hundred attempts with all others, which a thief can make", async () => {
    const browser = (index: number) => ({ knownBrowser: `browser ${index}` });
    expect(await fromEverywhere(101, browser)).toBe(100);
    expect(await isMade({ ...browser(101), account: "bob" })).toBe(true);
    expect(await isMade({})).toBe(true);
  });
});

describe("a right password forgets the wrong ones", () => {
  test("of the account, also its waits", async () => {
    await tries(5, {});
    await pass(1 + held);
    expect((await prove({}, right)).allowed).toBe(true);
    expect(await tries(6, {})).toBe(5);
  });

  test("of the account from all addresses", async () => {
    await fromEverywhere(99, elsewhere);
    await prove({}, right);
    expect(await fromEverywhere(50, elsewhere)).toBe(50);
  });

  test("of the address, but not the counts of other accounts", async () => {
    await fromEverywhere(95, (index) => ({ account: `account${index}` }));
    for (let round = 0; round < 20; round++) expect((await prove({}, right)).allowed).toBe(true);
    expect(await fromEverywhere(6, (index) => ({ account: `other${index}` }))).toBe(5);
  });

  test("of a known browser, and not those from elsewhere", async () => {
    await tries(6, {});
    const known = { knownBrowser: "known-browser" };
    await tries(4, known);
    await prove(known, right);
    expect(await tries(6, known)).toBe(5);
    expect(await isMade({})).toBe(false);
  });

  test("however many right ones come at once", async () => {
    const results = await Promise.all(Array.from({ length: 50 }, () => prove({}, right)));
    expect(results.filter(({ allowed }) => allowed)).toHaveLength(50);
  });
});

test("a new password chosen in an unknown browser forgets the attempts from all known browsers", async () => {
  const inKnown = (index: number) => ({ knownBrowser: `browser-${index}` });
  expect(await fromEverywhere(101, inKnown)).toBe(100);
  await throttle.forget("password", alice);
  expect(await fromEverywhere(5, inKnown)).toBe(5);
});

test("a new password forgets all earlier attempts of the account and of this browser", async () => {
  const known = { knownBrowser: "known-browser" };
  await tries(6, {});
  await tries(6, known);
  await throttle.forget("password", { ...alice, ...known });
  expect([await isMade({}), await isMade(known)]).toEqual([true, true]);
});

describe("ASVS 6.3.5 many wrong attempts are announced once", () => {
  test("from one address, when the eleventh is made", async () => {
    for (let index = 0; index < 10; index++) {
      await prove({});
      await pass(900);
    }
    await tries(3, { account: "bob" });
    expect(announced).toEqual([]);
    for (let index = 0; index < 4; index++) {
      await prove({});
      await pass(900);
    }
    expect(announced).toEqual([alice]);
  });

  test("from many addresses", async () => {
    await fromEverywhere(10, elsewhere);
    expect(announced).toEqual([]);
    await fromEverywhere(40, (index) => elsewhere(index + 10));
    expect(announced).toEqual([{ ...alice, ...elsewhere(10) }]);
  });

  test("not if a right one came between them", async () => {
    await fromEverywhere(10, elsewhere);
    await prove({}, right);
    announced = [];
    await fromEverywhere(10, elsewhere);
    expect(announced).toEqual([]);
  });
});

describe("concurrent attempts wait in a queue", () => {
  /** Returns the largest number of these attempts that ran at once, and the result of each. */
  async function makeAtOnce(attempts: readonly UserAttempt[]) {
    let [running, most] = [0, 0];
    const make = async () => {
      most = Math.max(most, ++running);
      await setImmediate();
      running--;
      return "made" as const;
    };
    const results = await Promise.all(
      attempts.map((by) => throttle.attempt("password", by, { make, isRight: () => true })),
    );
    return { most, results };
  }
  const times = (count: number, attempt: (index: number) => UserAttempt) =>
    Array.from({ length: count }, (_, index) => attempt(index));

  test("one at a time on an account from one address or known browser", async () => {
    for (const knownBrowser of [undefined, "known-browser"]) {
      const { most, results } = await makeAtOnce(times(50, () => ({ ...alice, knownBrowser })));
      expect([most, results.every(({ allowed }) => allowed)]).toEqual([1, true]);
    }
  });

  test("some at a time from one address over all accounts, where its attempts are counted", async () => {
    const from = (knownBrowser: string | undefined) =>
      times(50, (index) => ({ ...alice, account: `account${index}`, knownBrowser }));
    expect((await makeAtOnce(from(undefined))).most).toBeLessThanOrEqual(16);
  });

  test("a flood gets a refusal instead of waiting in memory", async () => {
    const { results } = await makeAtOnce(times(600, () => alice));
    expect(results.filter(({ allowed }) => allowed)).toHaveLength(501);
    expect(results.at(-1)).toEqual({ allowed: false, retryInSeconds: 1, refusedBy: [] });
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
  await tries(5, { address: first });
  expect(await isMade({ address: second })).toBe(!isOne);
});

test("a typed name is not stored, because it may be a password", async () => {
  await prove({ account: "correct horse" });
  const { rows } = await poolOf(database).query("SELECT key FROM attempt_counters");
  expect(rows).toHaveLength(3);
  expect(JSON.stringify(rows)).not.toContain("correct");
});

describe("ASVS 6.3.1 wrong secrets", () => {
  const here = { address: "192.0.2.1" };
  const isAnswered = async (from: { readonly address: string } | { readonly site: string }) =>
    (await throttle.count("app-password", from)).allowed;
  const answered = async (count: number, from: Parameters<typeof isAnswered>[0]) =>
    (await Promise.all(Array.from({ length: count }, () => isAnswered(from)))).filter(Boolean).length;

  test("a hundred from an address, then a wait of minutes", async () => {
    expect(await answered(150, here)).toBe(100);
    const refusal = await throttle.count("app-password", here);
    expect(refusal).toMatchObject({ allowed: false, refusedBy: ["address"] });
    expect(refusal.allowed ? 0 : refusal.retryInSeconds).toBeGreaterThan(800);
  });

  test("another address and a site have counters of their own; an IPv6 network has one", async () => {
    await answered(101, here);
    await answered(101, { address: "2001:db8::1" });
    expect(await isAnswered({ address: "192.0.2.2" })).toBe(true);
    expect(await isAnswered({ site: "192.0.2.1" })).toBe(true);
    expect(await isAnswered({ address: "2001:db8::2" })).toBe(false);
  });

  test("site secrets and app passwords have separate counters", async () => {
    await answered(101, here);
    expect((await throttle.count("site-secret", here)).allowed).toBe(true);
  });
});

test("ASVS 16.5.3 a failure to count is an error, not a pass", async () => {
  vi.spyOn(poolOf(database), "query").mockImplementation(() => Promise.reject(new Error("database gone")));
  const make = vi.fn(wrong.make);
  await expect(prove({}, { ...wrong, make })).rejects.toThrow("database gone");
  expect(make).not.toHaveBeenCalled();
  await expect(throttle.count("mail", { ...alice, purpose: "sign-up" })).rejects.toThrow("database gone");
});

test("LOGIN_THROTTLE=off counts nothing but the polls of devices", async () => {
  const off = createThrottle({
    attemptCounters: database.attemptCounters,
    isOn: false,
    announce: (by) => announced.push(by),
  });
  for (let index = 0; index < 20; index++) {
    expect((await off.attempt("password", alice, wrong)).allowed).toBe(true);
    expect((await off.attempt("password", alice, right)).allowed).toBe(true);
    expect((await off.count("alert-mail", { purpose: "rest-sign-in", account: "alice" })).allowed).toBe(true);
  }
  await off.forget("password", alice);
  expect((await poolOf(database).query("SELECT FROM attempt_counters")).rowCount).toBe(0);
  const poll = () => off.count("device-poll", { device: "a code" });
  expect([(await poll()).allowed, (await poll()).allowed]).toEqual([true, false]);
  await pass(4);
  expect((await poll()).allowed).toBe(true);
});
