import type { CentralSession, EndReason, FoundSession } from "@gatehouse/database";
import { describe, expect, test } from "vitest";
import { reasonForForm } from "./reason.ts";

const session = { person: { username: "alice" } } as CentralSession;
const ended = (reason: EndReason): FoundSession => ({ state: "ended", reason, username: "alice" });
const unknown: FoundSession = { state: "unknown" };
const passed = (reason: string) => new Map([["reason", reason]]);

describe("the reason for asking for the password", () => {
  test.each<[EndReason, string | undefined, string]>([
    ["idle", "idle", "alice"],
    ["absolute", "absolute", "alice"],
    ["ended-elsewhere", "ended-elsewhere", ""],
    ["signed-out", "signed-out", ""],
    ["disabled", "disabled", ""],
    ["password-changed", "password-changed", ""],
    ["ended-by-operator", "ended-by-operator", ""],
    ["replaced", undefined, ""],
  ])("a session that ended by %s: reason %s, username %j", (end, reason, username) => {
    expect(reasonForForm(ended(end), new Map(), false)).toEqual({ reason, username, session: null });
  });

  test.each<[string, FoundSession, ReadonlyMap<string, string>, boolean, string | undefined]>([
    ["the hub's own comes before the site's", ended("idle"), passed("absolute"), true, "idle"],
    ["the site's, if the hub shows none", ended("replaced"), passed("absolute"), true, "absolute"],
    ["the site's, if the hub knows no session", unknown, passed("idle"), true, "idle"],
    ["one that the form does not know is dropped", unknown, passed("<b>"), false, undefined],
    ["renew, if there is no other", unknown, passed("made-up"), true, "renew"],
    ["none", unknown, new Map(), false, undefined],
  ])("%s", (_, found, parameters, renew, reason) => {
    expect(reasonForForm(found, parameters, renew).reason).toBe(reason);
  });

  test("a reason that only the site passes reveals no username", () => {
    expect(reasonForForm(unknown, passed("idle"), false).username).toBe("");
  });

  test.each([
    [true, "fresh-sign-in"],
    [false, undefined],
  ])("a page that needs a fresh sign-in says so, with renew %s only: %s", (renew, reason) => {
    expect(reasonForForm({ state: "alive", session }, passed("fresh-sign-in"), renew).reason).toBe(reason);
  });

  test.each([
    [true, "renew"],
    [false, undefined],
  ])("an active session with renew %s: reason %s, whatever the site passes", (renew, reason) => {
    expect(reasonForForm({ state: "alive", session }, passed("idle"), renew)).toEqual({
      reason,
      username: "alice",
      session,
    });
  });
});
