/** Counters that each attempt asks, with their limits. `throttle.test.ts` counts in a database. */
import { createHash } from "node:crypto";
import type { AttemptCounter, AttemptCounterStore } from "@gatehouse/database";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createThrottle, gotEnoughMails, networkOf } from "./throttle.ts";

let asked: AttemptCounter[];
let takenBack: unknown[];
/** Seconds to wait, by the kinds of counters that refuse. */
let full: Record<string, number>;
/** Attempts that each counter holds. */
let held: number;
beforeEach(() => {
  [asked, takenBack, full, held] = [[], [], {}, 1];
});

const attemptCounters: AttemptCounterStore = {
  count: async (counters) => {
    asked.push(...counters);
    return counters.map(({ key }) => ({ attempts: held, wait: full[key.split(" ")[1] ?? ""] ?? 0 }));
  },
  takeBack: async (keys) => void takenBack.push(keys),
  sweep: async () => 0,
};
const announce = vi.fn();
const open = (isOn = true) => createThrottle({ attemptCounters, isOn, announce });
const keys = () => asked.map(({ key }) => key);
const limits = () => Object.fromEntries(asked.map(({ key, limit }) => [key.split(" ")[1], limit]));

/** SHA-256, first 32 hex characters. */
const alice = "2bd806c97f0e00af1a1fc3328fa763a9";
const home = "2001:db8:1:2::/64";
const [quarter, day] = [15 * 60, 24 * 3600];
const growing = { free: 5, longestWait: quarter, forgottenAfter: 3600 };
const by = { account: "alice", address: "2001:db8:1:2:3::4", knownBrowser: undefined };
const known = { ...by, knownBrowser: "alice" };
const proving = { make: async () => "made", isRight: (made: string) => made === "right" };

describe.each(["password", "code"] as const)("NIST SP 800-63B-4 3.2.2 %s", (thing) => {
  test("has limits for an account at an address, for an account, and for an address", async () => {
    expect(await open().attempt(thing, by, proving)).toEqual({ allowed: true, result: "made" });
    expect(keys()).toEqual([
      `${thing} pair ${alice} ${home}`,
      `${thing} account ${alice} elsewhere`,
      `${thing} address ${home}`,
    ]);
    expect(limits()).toEqual({
      pair: growing,
      account: { most: 100, within: day },
      address: { most: 100, within: quarter },
    });
    expect(takenBack).toEqual([]);
  });

  test.each(["alice", " Alice ", "ALICE"])(
    "%j in a known browser has counters of that browser and of all known ones",
    async (account) => {
      await open().attempt(thing, { ...known, account }, proving);
      expect(keys()).toEqual([`${thing} pair ${alice} ${alice}`, `${thing} account ${alice} known-browsers`]);
    },
  );

  test("a right one is taken back: of the account all, of the address one", async () => {
    await open().attempt(thing, by, { ...proving, make: async () => "right" });
    const forget = [`${thing} pair ${alice} ${home}`, `${thing} account ${alice} elsewhere`];
    expect(takenBack).toEqual([{ forget, giveBack: [`${thing} address ${home}`] }]);
  });

  test.each(["pair", "account", "address"])("a refusal by the %s makes nothing", async (kind) => {
    full = { [kind]: 7 };
    const make = vi.fn(proving.make);
    const refusal = { allowed: false, retryInSeconds: 7, refusedBy: [kind] };
    expect(await open().attempt(thing, by, { ...proving, make })).toEqual(refusal);
    expect(make).not.toHaveBeenCalled();
  });

  test("the longest wait counts", async () => {
    full = { pair: 4, account: 70_000, address: 800 };
    expect(await open().attempt(thing, by, proving)).toMatchObject({ retryInSeconds: 70_000 });
  });

  test.each([
    [10, 0],
    [11, 1],
    [12, 0],
  ])("%d attempts are announced %d times", async (attempts, times) => {
    announce.mockClear();
    held = attempts;
    await open().attempt(thing, by, proving);
    expect(announce.mock.calls).toEqual(Array(times).fill([by]));
  });
});

test("a new password forgets the account in this browser, at this address, and elsewhere", async () => {
  await open().forget("password", known);
  expect(takenBack).toEqual([
    {
      forget: [
        `password pair ${alice} ${alice}`,
        `password account ${alice} known-browsers`,
        `password pair ${alice} ${home}`,
        `password account ${alice} elsewhere`,
      ],
    },
  ]);
});

describe("queues", () => {
  test("one address makes one attempt on an account at a time; a known browser does not wait for others", async () => {
    const throttle = open();
    const events: string[] = [];
    const first = Promise.withResolvers<string>();
    const attempt = (name: string, result: Promise<string>, who = by as typeof known | typeof by) =>
      throttle.attempt("password", who, {
        ...proving,
        make: async () => {
          events.push(name);
          return await result;
        },
      });
    const waiting = [attempt("first", first.promise), attempt("second", Promise.resolve("2"))];
    expect(await attempt("known", Promise.resolve("k"), known)).toEqual({ allowed: true, result: "k" });
    expect(events).toEqual(["first", "known"]);
    first.resolve("1");
    expect(await Promise.all(waiting)).toMatchObject([{ result: "1" }, { result: "2" }]);
    expect(events).toEqual(["first", "known", "second"]);
  });

  test("sixteen of an address at a time, and of known browsers all", async () => {
    const throttle = open();
    const end = Promise.withResolvers<string>();
    const begun = { by: 0, known: 0 };
    const start = (name: keyof typeof begun, who: typeof known | typeof by) =>
      Array.from({ length: 20 }, (_, index) =>
        throttle.attempt(
          "password",
          { ...who, account: `${name}${index}` },
          {
            ...proving,
            make: () => {
              begun[name] += 1;
              return end.promise;
            },
          },
        ),
      );
    const all = [...start("by", by), ...start("known", known)];
    await vi.waitFor(() => expect(begun.known).toBe(20));
    expect(begun.by).toBe(16);
    end.resolve("made");
    await Promise.all(all);
    expect(begun.by).toBe(20);
  });

  test("the 502nd concurrent attempt is refused for a second", async () => {
    const throttle = open();
    const first = Promise.withResolvers<string>();
    const make = () => first.promise;
    const waiting = Array.from({ length: 501 }, () =>
      throttle.attempt("password", known, { ...proving, make }),
    );
    expect(await throttle.attempt("password", known, proving)).toEqual({
      allowed: false,
      retryInSeconds: 1,
      refusedBy: [],
    });
    first.resolve("made");
    expect(new Set((await Promise.all(waiting)).map(({ allowed }) => allowed))).toEqual(new Set([true]));
  });

  test("an attempt that is turned away is not counted", async () => {
    const turned = await open().attempt("password", by, { ...proving, turnAway: () => 3 });
    expect(turned).toEqual({ allowed: false, retryInSeconds: 3, refusedBy: [] });
    expect(asked).toEqual([]);
  });
});

describe("wrong app passwords and site secrets", () => {
  test.each([
    ["app-password", { address: by.address }, `app-password address ${home}`],
    ["app-password", { site: "shop" }, "app-password site shop"],
    ["site-secret", { address: by.address }, `site-secret address ${home}`],
  ] as const)("%s of %j: a hundred in 15 minutes", async (thing, from, key) => {
    expect(await open().count(thing, from as { address: string })).toEqual({ allowed: true });
    expect(asked).toEqual([{ key, kind: key.split(" ")[1], limit: { most: 100, within: quarter } }]);
  });

  test("no attempt passes uncounted", async () => {
    await expect(open().count("site-secret", {} as { address: string })).rejects.toThrow(
      "an attempt on site-secret has no facts that its counters count by",
    );
  });
});

describe("RFC 8628 5.1 device codes", () => {
  const typed = { session: "s1", address: by.address };

  test("ten by a session, then growing waits; fifty from a network", async () => {
    expect(await open().count("device-code", typed)).toEqual({ allowed: true });
    expect(keys()).toEqual(["device-code session s1", `device-code address ${home}`]);
    expect(limits()).toEqual({
      session: { ...growing, free: 10 },
      address: { most: 50, within: quarter },
    });
  });

  test("3.5 a device that polls within four seconds is refused, even if typed codes are not counted", async () => {
    const off = open(false);
    expect(await off.count("device-code", typed)).toEqual({ allowed: true });
    full = { device: 4 };
    expect((await off.count("device-poll", { device: "alice" })).allowed).toBe(false);
    expect(asked).toEqual([
      { key: `device-poll device ${alice}`, kind: "device", limit: { most: 1, within: 4 } },
    ]);
  });
});

describe("mails that anybody can request", () => {
  const request = { purpose: "sign-up", account: "alice", address: by.address } as const;
  const recipient = createHash("sha256").update("sign-up alice").digest("hex").slice(0, 32);

  test("five for a recipient in ten minutes, growing waits for one address, sixty from a network", async () => {
    await open().count("mail", request);
    expect(keys()).toEqual([
      `mail pair ${recipient} ${home}`,
      `mail account ${recipient} elsewhere`,
      `mail address ${home}`,
    ]);
    expect(limits()).toEqual({
      pair: { free: 10, longestWait: quarter, forgottenAfter: day },
      account: { most: 5, within: 600 },
      address: { most: 60, within: quarter },
    });
  });

  test.each([
    [{}, false],
    [{ pair: 1 }, false],
    [{ account: 1 }, true],
    [{ account: 1, pair: 1 }, true],
    [{ account: 1, address: 1 }, false],
    [{ address: 1 }, false],
  ])("when %j is full, the recipient got enough of them: %s", async (refusing, isEnough) => {
    full = refusing;
    expect(gotEnoughMails(await open().count("mail", request))).toBe(isEnough);
  });

  test("have counters of each purpose for a recipient in any case, and one for a network", async () => {
    await open().count("mail", request);
    await open().count("mail", { ...request, account: " Alice " });
    await open().count("mail", { ...request, purpose: "password-reset" });
    const [first, again, other] = [keys().slice(0, 3), keys().slice(3, 6), keys().slice(6)];
    expect(again).toEqual(first);
    expect(other.map((key, index) => key === first[index])).toEqual([false, false, true]);
  });

  test("thirty usernames for a sign-up link in a day, sixty from a network", async () => {
    await open().count("new-username", { link: "alice", address: by.address });
    expect(keys()).toEqual([`new-username link ${alice}`, `new-username address ${home}`]);
    expect(limits()).toEqual({ link: { most: 30, within: day }, address: { most: 60, within: quarter } });
  });

  test("one a day of each kind about sign-ins that may not be the user's", async () => {
    await open().count("alert-mail", { purpose: "repeated-failures", account: "alice" });
    await open().count("alert-mail", { purpose: "sign-in-unfinished", account: "alice" });
    const limit = { most: 1, within: day };
    expect(asked).toMatchObject([{ limit }, { limit }]);
    expect(new Set(keys()).size).toBe(2);
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
  expect(networkOf(address)).toBe(expected);
});
