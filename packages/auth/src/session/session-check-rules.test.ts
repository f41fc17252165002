/** Decisions of the session check, with a hub that answers at once and a clock that tests set. */
import { createSecretKey } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import { SessionCheck } from "./session-check.ts";
import { type SessionMemory, sessionMemory } from "./session-memory.ts";

const settings = {
  siteId: "shop",
  hubUrl: "https://hub.example",
  siteUrl: "https://shop.example",
  siteSecret: "s".repeat(32),
  cookieSecret: "c",
  stateKey: createSecretKey(Buffer.from("a key of the state")),
};
let now: number;
let sites = 0;
let memory: SessionMemory;
let check: SessionCheck;
let logged: {
  readonly code: string;
  readonly level: string | undefined;
  readonly requestId: string | undefined;
}[];
let asked: { readonly url: string; readonly init: RequestInit; readonly body: Record<string, unknown> }[];
/** The hub's answer: a body, a status, or a failure of the connection. */
let answer: unknown;
let date: string | null;

beforeEach(() => {
  now = 1_800_000_000_000;
  sites += 1;
  memory = sessionMemory(`rules-${sites}`);
  logged = [];
  asked = [];
  answer = { active: true };
  date = null;
  const log = {
    writeSeldom: ({ code }: GatehouseAuthError, more: { level?: string; requestId?: string } = {}) =>
      void logged.push({ code, level: more.level, requestId: more.requestId }),
  };
  check = new SessionCheck({ settings, memory, log: log as never, now: () => now });
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push({ url, init, body: JSON.parse(String(init.body)) });
    if (answer instanceof Error) throw answer;
    const headers = date === null ? {} : { date };
    return typeof answer === "number"
      ? new Response("", { status: answer, headers })
      : Response.json(answer, { headers });
  });
});
afterEach(() => vi.unstubAllGlobals());

function fail(cause: Error): never {
  throw cause;
}
const quiet = { active: false, requestId: "request-1" };
const standing = (asking: Partial<Parameters<SessionCheck["standing"]>[1]> = {}) =>
  check.standing("s1", { ...quiet, ...asking });
const active = (over: object = {}) => ({
  ...{ state: "active", provedAt: null, acr: null, groups: null },
  ...over,
});

describe("the question", () => {
  test("goes to the hub with the site's secret, follows no redirect and is not cached", async () => {
    expect(await standing()).toEqual(active());
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      url: "https://hub.example/sites/v1/sessions/check",
      init: {
        method: "POST",
        headers: {
          authorization: `Basic ${Buffer.from(`shop:${settings.siteSecret}`).toString("base64")}`,
          "content-type": "application/json",
          "x-request-id": "request-1",
        },
        cache: "no-store",
        redirect: "manual",
      },
    });
    expect(asked[0]?.body).toEqual({ sessionIndex: "s1", active: false });
  });

  test("of a request without an id has none", async () => {
    await standing({ requestId: undefined });
    expect(Object.keys(asked[0]?.init.headers ?? {})).toEqual(["authorization", "content-type"]);
  });

  test.each([
    [4_999, 1],
    [5_000, 2],
  ])("%d ms after an answer: asked %d times", async (ms, times) => {
    await standing();
    now += ms;
    expect(await standing()).toEqual(active());
    expect(asked).toHaveLength(times);
  });

  test("is asked again when the caller wants a fresh answer", async () => {
    await standing();
    await standing({ anew: true });
    expect(asked).toHaveLength(2);
  });

  test.each([
    [59_999, [true, false]],
    [60_000, [true, true]],
  ])("activity %d ms after its last report: reported %j", async (ms, reports) => {
    await standing({ active: true });
    now += ms;
    await standing({ active: true, anew: true });
    expect(asked.map(({ body }) => body.active)).toEqual(reports);
  });

  test("activity is reported although the answer is fresh", async () => {
    await standing();
    await standing({ active: true });
    expect(asked.map(({ body }) => body.active)).toEqual([false, true]);
  });

  test("is shared by those who ask at once; a report serves them all", async () => {
    await Promise.all([standing(), standing()]);
    expect(asked).toHaveLength(1);
    now += 60_000;
    await Promise.all([standing({ active: true }), standing(), standing({ active: true })]);
    expect(asked.map(({ body }) => body.active)).toEqual([false, true]);
    await standing({ anew: true });
    expect(asked).toHaveLength(3);
  });
});

describe("the answer", () => {
  test.each([
    [0, 0],
    [30, 30_000],
    [0.5, 500],
    [-1, null],
    ["30", null],
    [undefined, null],
  ])("authenticated %j seconds ago: %j ms", async (authenticatedSecondsAgo, age) => {
    answer = { active: true, authenticatedSecondsAgo };
    expect(await standing()).toEqual(active({ provedAt: age === null ? null : now - age }));
    // From memory as well.
    expect(await standing()).toEqual(active({ provedAt: age === null ? null : now - age }));
  });

  test.each<[unknown, string | null]>([
    ["urn:gatehouse:acr:factor", "urn:gatehouse:acr:factor"],
    ["urn:gatehouse:acr:bear", null],
    [undefined, null],
  ])("of strength %j: %j, from memory as well", async (acr, strength) => {
    answer = { active: true, acr };
    expect(await standing()).toEqual(active({ acr: strength }));
    expect(await standing()).toEqual(active({ acr: strength }));
    expect(asked).toHaveLength(1);
  });

  test.each<[unknown, number | null]>([
    [1_800, 1_800],
    [1_799.6, 1_800],
    [0, null],
    [-5, null],
    ["1800", null],
    [undefined, null],
  ])("ended idle after %j seconds: %j", async (idleSeconds, seconds) => {
    answer = { active: false, reason: "idle", idleSeconds };
    expect(await standing()).toEqual({
      state: "ended",
      reason: "idle",
      idleSeconds: seconds,
      end: { reason: "idle", idleSeconds: seconds, heardAt: now, toldAt: null },
    });
  });

  test.each<[unknown, string]>([
    [401, "site_rejected"],
    [429, "hub_unreachable"],
    [500, "hub_unreachable"],
    [599, "hub_unreachable"],
    [new TypeError("fetch failed"), "hub_unreachable"],
    [302, "hub_answer"],
    [404, "hub_answer"],
    [{}, "hub_answer"],
    [{ active: "true" }, "hub_answer"],
    [null, "hub_answer"],
  ])("%j is unclear: %s", async (given, code) => {
    answer = given;
    expect(await standing()).toMatchObject({ state: "unclear", error: { code } });
    expect(logged).toEqual([]);
  });

  test.each([201, 302, 404])("the body of a status %d does not count", async (status) => {
    vi.stubGlobal("fetch", async () => Response.json({ active: true }, { status }));
    expect(await standing()).toMatchObject({ state: "unclear", error: { code: "hub_answer" } });
  });

  test("a failure that is no failure of the connection is ours, with its cause", async () => {
    const cause = new RangeError("x");
    check = new SessionCheck({
      settings,
      memory: { ...memory, keepGroups: () => fail(cause) },
      log: undefined as never,
      now: () => now,
    });
    answer = { active: true, groups: ["staff"] };
    expect(await standing({ groups: true })).toMatchObject({
      state: "unclear",
      error: { code: "internal", cause },
    });
  });

  test("the log gets the cause of a failed connection", async () => {
    answer = new TypeError("fetch failed");
    expect(await standing()).toMatchObject({ error: { code: "hub_unreachable", cause: answer } });
  });

  test("a wrong secret is named", async () => {
    answer = 401;
    const { error } = (await standing()) as { error: GatehouseAuthError };
    expect(error.message).toContain('SITE_SECRET must be the secret of site "shop" at the hub.');
  });
});

describe("a hub that is silent", () => {
  beforeEach(async () => {
    await standing();
  });

  test.each([
    [59_999, "active"],
    [60_000, "unclear"],
  ])("%d ms after its last good answer the session is %s", async (ms, state) => {
    answer = 503;
    now += ms;
    expect(await standing()).toMatchObject({ state });
    const lines =
      state === "active" ? [{ code: "hub_unreachable", level: undefined, requestId: "request-1" }] : [];
    expect(logged).toEqual(lines);
  });

  test.each([
    [1_999, 2],
    [2_000, 3],
  ])("is asked again %d ms later: asked %d times", async (ms, times) => {
    answer = 503;
    now += 5_000;
    await standing();
    now += ms;
    await standing();
    expect(asked).toHaveLength(times);
  });

  test("the pause is not prolonged by those whom it turned away", async () => {
    answer = 503;
    now += 5_000;
    await standing();
    now += 1_500;
    await standing();
    now += 500;
    answer = { active: true };
    await standing();
    expect(asked).toHaveLength(3);
  });

  test("an answer that cannot be understood signs out at once", async () => {
    answer = 404;
    now += 5_000;
    expect(await standing()).toMatchObject({ state: "unclear", error: { code: "hub_answer" } });
    now += 1;
    answer = { active: true };
    expect(await standing()).toEqual(active());
    expect(asked).toHaveLength(3);
  });
});

describe("an end", () => {
  test("is final: the hub is not asked again", async () => {
    answer = { active: false, reason: "disabled" };
    await standing();
    answer = { active: true };
    now += 3_600_000;
    expect(await standing({ active: true, anew: true })).toMatchObject({
      state: "ended",
      reason: "disabled",
    });
    expect(asked).toHaveLength(1);
  });

  test("that a logout request brought: its reason is asked once, without activity", async () => {
    await standing();
    memory.end("s1", now);
    answer = { active: false, reason: "idle", idleSeconds: 60 };
    const ended = { state: "ended", reason: "idle", idleSeconds: 60 };
    expect(await standing({ active: true })).toMatchObject(ended);
    expect(await standing({ active: true })).toMatchObject(ended);
    expect(asked.map(({ body }) => body.active)).toEqual([false, false]);
  });

  test("stays one while the hub is silent, and its reason is asked later", async () => {
    await standing();
    memory.end("s1", now);
    answer = 503;
    expect(await standing()).toMatchObject({ state: "ended", reason: "unknown", idleSeconds: null });
    expect(logged).toEqual([{ code: "hub_unreachable", level: undefined, requestId: "request-1" }]);
    now += 2_000;
    answer = { active: false, reason: "disabled" };
    expect(await standing()).toMatchObject({ state: "ended", reason: "disabled" });
  });

  test("stays one although the hub says the session is active", async () => {
    await standing();
    memory.end("s1", now);
    expect(await standing()).toMatchObject({ state: "ended", reason: "unknown" });
    await standing();
    expect(asked).toHaveLength(2);
  });

  test("that comes while the hub is asked is newer than the answer", async () => {
    await standing();
    now += 5_000;
    const pending = standing();
    memory.end("s1", now);
    expect(await pending).toMatchObject({ state: "ended" });
  });
});

describe("groups that the cookie has no room for", () => {
  const many = ["staff", "customers"];
  const withGroups = { groups: true };

  test("are asked of the hub, and kept for a minute", async () => {
    answer = { active: true, groups: many };
    expect(await standing(withGroups)).toEqual(active({ groups: many }));
    expect(asked[0]?.body).toEqual({ sessionIndex: "s1", active: false, groups: true });
    await standing(withGroups);
    expect(asked).toHaveLength(1);
    now += 59_999;
    await standing(withGroups);
    now += 1;
    await standing({ ...withGroups, anew: true });
    expect(asked.map(({ body }) => body.groups)).toEqual([true, undefined, true]);
  });

  test("are asked although the answer is fresh", async () => {
    await standing();
    answer = { active: true, groups: many };
    expect(await standing(withGroups)).toEqual(active({ groups: many }));
  });

  test("are not given to those who did not ask", async () => {
    answer = { active: true, groups: many };
    await standing(withGroups);
    expect(await standing()).toEqual(active());
  });

  test("are none once the hub no longer releases them, and unknown if it never did", async () => {
    expect(await standing(withGroups)).toEqual(active());
    answer = { active: true, groups: many };
    await standing(withGroups);
    answer = { active: true };
    now += 60_000;
    expect(await standing(withGroups)).toEqual(active({ groups: [] }));
  });

  test.each([["staff"], [{ staff: true }]])("in another form, as %j, are unknown", async (groups) => {
    answer = { active: true, groups };
    expect(await standing(withGroups)).toEqual(active());
    answer = { active: true, groups: ["staff", 7] };
    expect(await standing(withGroups)).toEqual(active({ groups: [] }));
  });
});

test.each([
  [59_999, []],
  [60_000, ["clock_skew"]],
  [-60_000, ["clock_skew"]],
])("a hub whose clock is %d ms ahead: logged %j", async (ahead, codes) => {
  now = 1_800_000_000_000 - ahead;
  date = new Date(1_800_000_000_000).toUTCString();
  await standing();
  expect(logged.map(({ code, level }) => [code, level])).toEqual(codes.map((code) => [code, "warn"]));
});

test("a hub without a clock is not logged", async () => {
  date = "yesterday";
  await standing();
  expect(logged).toEqual([]);
});
