import { describe, expect, test } from "vitest";
import { type IdentifiedUser, parseSealedSession, readGroups, sealable } from "./sealed-session.ts";
import { parseReason } from "./standing.ts";

const user: IdentifiedUser = {
  id: "p1",
  username: "alice",
  name: "Alice",
  email: "a@example.com",
  groups: ["staff"],
  sessionIndex: "s1",
  authenticatedAt: 7,
};
/** The user with a name that makes the JSON `bytes` long. */
function userOf(bytes: number, groups: readonly string[] | null): typeof user {
  const named = { ...user, name: "", groups } as typeof user;
  return { ...named, name: "a".repeat(bytes - JSON.stringify(named).length) };
}

describe("the size of a sealed session", () => {
  test("groups stay in the cookie up to 2,000 bytes, and are left to the hub beyond", () => {
    expect(sealable(userOf(2_000, ["staff"]))).toEqual(userOf(2_000, ["staff"]));
    const large = userOf(2_001, ["staff"]);
    expect(sealable(large)).toEqual({ ...large, groups: null });
  });

  test("bytes count, not characters", () => {
    const large = { ...user, groups: ["ü".repeat(950)] };
    expect(sealable(large)).toEqual({ ...large, groups: null });
  });

  test("a profile that is too large without groups is refused", () => {
    const name = userOf(2_000, null).name;
    expect(sealable({ ...user, name })).toMatchObject({ groups: null });
    expect(() => sealable({ ...user, name: `${name}a` })).toThrow(
      expect.objectContaining({ code: "profile_too_large" }),
    );
  });
});

describe("an opened session", () => {
  const payload = { ...user, exp: 9 };
  const parsed = { ...user, expires: 9 };

  test.each<[string, Record<string, unknown>, object]>([
    ["complete", {}, {}],
    ["without an address", { email: "" }, { email: null }],
    ["with groups at the hub", { groups: null }, { groups: null }],
    ["with groups that are no list", { groups: "staff" }, { groups: [] }],
    ["without a time", { authenticatedAt: "7" }, { authenticatedAt: null }],
    ["with more than it needs", { role: "admin" }, {}],
  ])("%s is read", (_, changed, expected) => {
    expect(parseSealedSession({ ...payload, ...changed })).toEqual({ ...parsed, ...expected });
  });

  test.each<[string, Record<string, unknown> | null]>([
    ["nothing", null],
    ...["id", "username", "name", "sessionIndex"].flatMap((name): [string, Record<string, unknown>][] => [
      [`no ${name}`, { ...payload, [name]: undefined }],
      [`an empty ${name}`, { ...payload, [name]: "" }],
      [`a number as ${name}`, { ...payload, [name]: 7 }],
    ]),
    ["no expiry", { ...payload, exp: undefined }],
    ["an expiry as text", { ...payload, exp: "9" }],
  ])("with %s is none", (_, opened) => {
    expect(parseSealedSession(opened)).toBeNull();
  });
});

test.each<[unknown, readonly string[]]>([
  [
    ["staff", "Ärzte"],
    ["staff", "Ärzte"],
  ],
  [[], []],
  ["staff", []],
  [["staff", 7], []],
  [null, []],
])("groups from %j are %j", (groups, names) => {
  expect(readGroups(groups)).toEqual(names);
});

test.each([
  ...["signed-out", "ended-elsewhere", "idle", "absolute", "replaced", "disabled"],
  ...["password-changed", "ended-by-operator", "unknown"],
])("the reason %s is known", (reason) => {
  expect(parseReason(reason)).toBe(reason);
});

test.each(["eaten-by-a-bear", undefined, null, 7])("the reason %j is unknown", (reason) => {
  expect(parseReason(reason)).toBe("unknown");
});
