/** Counters that each throttle asks, in order, with their limits. The other throttle tests count in a database. */
import type { RateLimit, RateLimitStore } from "@gatehouse/database";
import { beforeEach, describe, expect, test } from "vitest";
import { createDeviceThrottle } from "./device-throttle.ts";
import { createSecretThrottle } from "./secret-throttle.ts";
import { createSignInThrottle, network } from "./sign-in-throttle.ts";

let asked: string[];
let limits: Record<string, RateLimit>;
/** Seconds to wait, by the names of limiters that have used up their points. */
let full: Record<string, number>;
beforeEach(() => {
  asked = [];
  limits = {};
  full = {};
});

const store: RateLimitStore = {
  createLimiter: (name, limit) => {
    limits[name] = limit;
    const note = (verb: string, key: string) => asked.push(`${verb} ${name} ${key}`);
    return {
      consume: async (key) => {
        note("consume", key);
        return full[name] ?? 0;
      },
      reward: async (key) => void note("reward", key),
      reset: async (key) => void note("reset", key),
    };
  },
  sweep: async () => 0,
};
/** SHA-256, first 32 hex characters. */
const alice = "2bd806c97f0e00af1a1fc3328fa763a9";
const home = "2001:db8:1:2::/64";
const quarter = 15 * 60;

describe("NIST SP 800-63B-4 3.2.2 signing in", () => {
  const attempt = { identifier: "alice", address: "2001:db8:1:2:3::4", knownBrowser: undefined };
  const known = { ...attempt, knownBrowser: "alice" };

  test("has limits for an account at an address, for an account elsewhere and in known browsers, and for an address", () => {
    createSignInThrottle(store);
    expect(limits).toEqual({
      "sign-in-account": { points: 10, duration: quarter },
      "sign-in-everywhere": { points: 100, duration: 24 * 3600 },
      "sign-in-known": { points: 100, duration: 24 * 3600 },
      "sign-in-address": { points: 100, duration: quarter },
    });
  });

  test("counts the narrowest first, and stores neither user names nor addresses of single machines", async () => {
    expect(await createSignInThrottle(store).count(attempt)).toEqual({ allowed: true });
    expect(asked).toEqual([
      `consume sign-in-account ${alice}:${home}`,
      `consume sign-in-address ${home}`,
      `consume sign-in-everywhere ${alice}`,
    ]);
  });

  test("a user name that reads like a second step does not use up its counters", async () => {
    const typed = { ...attempt, identifier: "factor of alice" };
    const throttle = createSignInThrottle(store);
    await throttle.count(typed);
    const ofName = new Set(asked.filter((one) => !one.includes("address")));
    asked = [];
    await throttle.count({ ...typed, account: "alice" });
    expect(asked.filter((one) => ofName.has(one))).toEqual([]);
  });

  test("a known browser has its own counter and one of all known browsers of the account", async () => {
    expect(await createSignInThrottle(store).count(known)).toEqual({ allowed: true });
    expect(asked).toEqual([`consume sign-in-account ${alice}:${alice}`, `consume sign-in-known ${alice}`]);
  });

  test.each([" Alice ", "ALICE"])("%j is counted as alice", async (identifier) => {
    await createSignInThrottle(store).count({ ...known, identifier });
    expect(asked).toEqual([`consume sign-in-account ${alice}:${alice}`, `consume sign-in-known ${alice}`]);
  });

  test.each([
    ["sign-in-account", 1],
    ["sign-in-address", 2],
    ["sign-in-everywhere", 3],
  ])("when %s is used up, the attempt is refused after %d counters", async (name, counted) => {
    full = { [name]: 7 };
    expect(await createSignInThrottle(store).count(attempt)).toEqual({ allowed: false, retryInSeconds: 7 });
    expect(asked).toHaveLength(counted);
  });

  test("a right password undoes the counts of its attempt", async () => {
    await createSignInThrottle(store).succeeded(attempt);
    expect(asked.toSorted()).toEqual([
      `reset sign-in-account ${alice}:${home}`,
      `reset sign-in-everywhere ${alice}`,
      `reward sign-in-address ${home}`,
    ]);
    asked = [];
    await createSignInThrottle(store).succeeded(known);
    expect(asked).toEqual([`reset sign-in-account ${alice}:${alice}`, `reset sign-in-known ${alice}`]);
  });

  test("an error of the attempt is not mistaken for a full queue", async () => {
    const fault = new Error("of the database");
    await expect(createSignInThrottle(store).queue(attempt, () => Promise.reject(fault))).rejects.toBe(fault);
  });

  test("one address makes one attempt on an account at a time; a known browser does not wait for others", async () => {
    const throttle = createSignInThrottle(store);
    const events: string[] = [];
    const first = Promise.withResolvers<string>();
    const make = (name: string, result: Promise<string>) => async () => {
      events.push(name);
      return await result;
    };
    const waiting = [
      throttle.queue(attempt, make("first", first.promise)),
      throttle.queue(attempt, make("second", Promise.resolve("2"))),
    ];
    expect(await throttle.queue(known, make("known", Promise.resolve("k")))).toBe("k");
    expect(events).toEqual(["first", "known"]);
    first.resolve("1");
    expect(await Promise.all(waiting)).toEqual(["1", "2"]);
    expect(events).toEqual(["first", "known", "second"]);
  });

  test("the 502nd concurrent attempt is refused for a second", async () => {
    const throttle = createSignInThrottle(store);
    const first = Promise.withResolvers<string>();
    const waiting = Array.from({ length: 501 }, () => throttle.queue(known, () => first.promise));
    expect(await throttle.queue(known, async () => "made")).toEqual({ allowed: false, retryInSeconds: 1 });
    first.resolve("made");
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["made"]));
  });

  test("can be switched off", async () => {
    const off = createSignInThrottle(null);
    expect(await off.count(attempt)).toEqual({ allowed: true });
    expect(await off.queue(attempt, async () => "made")).toBe("made");
    await expect(off.succeeded(attempt)).resolves.toBeUndefined();
  });
});

describe("wrong app passwords and site secrets", () => {
  test.each(["app-password", "site-secret"] as const)("%s: a hundred from one address", async (what) => {
    const throttle = createSecretThrottle(store, what);
    full = { [what]: 9 };
    expect(await throttle.count({ address: "2001:db8:1:2:3::4" })).toBe(9);
    expect(await throttle.count({ site: "shop" })).toBe(9);
    expect(asked).toEqual([`consume ${what} address:${home}`, `consume ${what} site:shop`]);
    expect(limits).toEqual({ [what]: { points: 100, duration: quarter } });
  });

  test("can be switched off", async () => {
    expect(await createSecretThrottle(null, "site-secret").count({ site: "shop" })).toBe(0);
  });
});

describe("RFC 8628 5.1 device codes", () => {
  const from = { sessionId: "s1", address: "2001:db8:1:2:3::4" };

  test("ten by a session, fifty from a network, counted in this order", async () => {
    expect(await createDeviceThrottle(store, true).enter(from)).toBe(0);
    expect(asked).toEqual(["consume device-session s1", `consume device-address ${home}`]);
    expect(limits).toEqual({
      "device-session": { points: 10, duration: quarter },
      "device-address": { points: 50, duration: quarter },
      "device-poll": { points: 1, duration: 4 },
    });
  });

  test.each([
    [{ "device-session": 5 }, 5, 1],
    [{ "device-address": 6 }, 6, 2],
  ])("when %j is used up the wait is %d seconds after %d counters", async (used, seconds, counted) => {
    full = used;
    expect(await createDeviceThrottle(store, true).enter(from)).toBe(seconds);
    expect(asked).toHaveLength(counted);
  });

  test("3.5 a device that polls too often is refused, even if typed codes are not counted", async () => {
    const throttle = createDeviceThrottle(store, false);
    expect(await throttle.enter(from)).toBe(0);
    expect(await throttle.isTooSoon("alice")).toBe(false);
    full = { "device-poll": 4 };
    expect(await throttle.isTooSoon("alice")).toBe(true);
    expect(asked).toEqual([`consume device-poll ${alice}`, `consume device-poll ${alice}`]);
  });
});

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2:ffff::", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8::3:4:5:6:7", "2001:db8:0:3::/64"],
  ["2001:db8::2:3:4:5:6:7", "2001:db8:2:3::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::", "fe80:0:0:0::/64"],
])("the network of %s is %s", (address, expected) => {
  expect(network(address)).toBe(expected);
});
