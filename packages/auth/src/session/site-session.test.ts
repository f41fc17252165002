import { beforeEach, describe, expect, test } from "vitest";
import { siteCookies } from "../http/site-cookies.ts";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { SealedSession } from "./sealed-session.ts";
import { standingReader } from "./site-session.ts";
import type { Standing } from "./standing.ts";

const cookies = siteCookies({ siteId: "shop", siteUrl: "https://shop.example" });
const sealed: SealedSession = {
  id: "p1",
  username: "alice",
  name: "Alice",
  email: null,
  groups: ["staff"],
  sessionIndex: "s1",
  authenticatedAt: 7,
  expires: 1_800_000_000,
};
const active: Standing = { state: "active", provedAt: null, acr: null, groups: null };

let opened: SealedSession | null;
let standing: Standing;
let asked: unknown[];
let logged: unknown[];
beforeEach(() => {
  opened = sealed;
  standing = active;
  asked = [];
  logged = [];
});

const readStanding = standingReader({
  cookies,
  unseal: async (text) => (text === "sealed" ? opened : null),
  check: {
    standing: async (sessionIndex, asking) => {
      asked.push([sessionIndex, asking]);
      return standing;
    },
  },
  log: { writeSeldom: (error, more) => void logged.push([error.code, more]) },
});
const cookie = `${cookies.session}=sealed`;
const read = (sent: Record<string, string> = {}, options?: Parameters<typeof readStanding>[1]) =>
  readStanding(new Headers({ cookie, "x-request-id": "request-1", ...sent }), options);

describe("who sent a request", () => {
  test("is the user of the sealed session, if the hub says that it is active", async () => {
    standing = { ...active, acr: "urn:gatehouse:acr:factor" };
    expect(await read()).toEqual({
      state: "signed-in",
      acr: "urn:gatehouse:acr:factor",
      session: {
        user: { id: "p1", username: "alice", name: "Alice", email: null, groups: ["staff"] },
        expires: "2027-01-15T08:00:00.000Z",
      },
      authenticatedAt: 7,
    });
  });

  test.each([
    ["no cookie", ""],
    ["an empty one", `${cookies.session}=`],
    ["one that does not open", `${cookies.session}=rubbish`],
    ["the cookie of another site", "__Host-gatehouse-bank.session=sealed"],
  ])("with %s is nobody, and the hub is not asked", async (_, sent) => {
    expect(await read({ cookie: sent })).toEqual({ state: "anonymous" });
    expect(asked).toEqual([]);
  });

  test("of an ended session is nobody", async () => {
    const end = { reason: "idle", idleSeconds: 60, heardAt: 1, toldAt: null } as const;
    standing = { state: "ended", reason: "idle", idleSeconds: 60, end };
    expect(await read()).toBe(standing);
  });

  test.each([
    [{}, [["hub_answer", { requestId: "request-1" }]]],
    [{ quiet: true }, []],
  ])("of an unclear session is nobody; asked with %j the log says %j", async (options, lines) => {
    standing = { state: "unclear", error: new GatehouseAuthError("hub_answer") };
    expect(await read({}, options)).toBe(standing);
    expect(logged).toEqual(lines);
  });

  test.each([
    [1_799_999_999_999, 1_799_999_999],
    [0, 0],
    [null, 7],
  ])("authenticated at %j ms by the hub: at %j", async (provedAt, authenticatedAt) => {
    standing = { ...active, provedAt };
    expect(await read()).toMatchObject({ authenticatedAt });
  });

  test.each([
    [["staff"], null, ["staff"]],
    [["staff"], ["admin"], ["staff"]],
    [null, ["admin"], ["admin"]],
    [null, null, []],
  ])("with the groups %j in the cookie and %j at the hub: %j", async (groups, atHub, names) => {
    opened = { ...sealed, groups };
    standing = { ...active, groups: atHub };
    expect(await read()).toMatchObject({ session: { user: { groups: names } } });
    expect(asked).toEqual([["s1", expect.objectContaining({ groups: groups === null })]]);
  });
});

describe("the question to the hub", () => {
  const navigate = { "sec-fetch-mode": "navigate" };

  test.each<[Record<string, string>, boolean]>([
    [navigate, true],
    [{ ...navigate, "sec-purpose": "prefetch" }, false],
    [{ "x-gatehouse-path": "/cart" }, true],
    [{ "x-gatehouse-path": "/api" }, true],
    [{ "x-gatehouse-path": "/api/stock" }, false],
    [{ "x-gatehouse-path": "/shop/api/" }, true],
    [{ "x-gatehouse-path": "/cart", purpose: "prefetch" }, false],
    [{ "sec-fetch-mode": "cors" }, false],
    [{}, false],
  ])("of a request with %j reports activity: %s", async (sent, isActive) => {
    await read(sent);
    expect(asked).toEqual([["s1", { active: isActive, anew: false, groups: false, requestId: "request-1" }]]);
  });

  test("is what the caller says, if it says something", async () => {
    await read(navigate, { active: false, anew: true });
    expect(asked).toEqual([["s1", expect.objectContaining({ active: false, anew: true })]]);
  });

  test("has an id in any case", async () => {
    await read({ "x-request-id": "no id" });
    expect(asked).toEqual([
      ["s1", expect.objectContaining({ requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) })],
    ]);
  });
});
