import { describe, expect, test } from "vitest";
import { isWorthTelling, type SignedOutReason, signedOut } from "./signed-out.ts";
import type { EndReason } from "./standing.ts";

describe("the reason for the end of a session", () => {
  test.each([
    [1800, "30 minutes"],
    [5400, "90 minutes"],
    [3600, "1 hour"],
    [86_400, "1 day"],
    [90, "90 seconds"],
    [null, "some time"],
  ])("idle for %s seconds: after %s", (seconds, words) => {
    expect(signedOut("idle", seconds)).toEqual({
      reason: "idle",
      sentence: `You were signed out after ${words} without activity.`,
    });
  });

  test.each<[SignedOutReason, string]>([
    ["absolute", "You had been signed in for as long as we allow, so you were signed out."],
    ["signed-out", "You were signed out here when you signed out elsewhere."],
    ["ended-elsewhere", "You were signed out from another browser."],
    ["replaced", "You signed in again in this browser, which ended the sign-in before."],
    ["disabled", "Your account is not in use at present, so you were signed out."],
    ["password-changed", "Your password was changed, so you were signed out."],
    ["ended-by-operator", "You were signed out by the operator of the sign-in."],
    ["hub-unavailable", "We cannot check your sign-in right now."],
    ["unknown", "You were signed out."],
  ])("%s: %s", (reason, sentence) => {
    expect(signedOut(reason)).toEqual({ reason, sentence });
  });
});

describe("whether a page shows the end", () => {
  const heardAt = 1_000_000;
  const end = (reason: EndReason, toldAt: number | null = null) => ({
    reason,
    end: { reason, idleSeconds: null, heardAt, toldAt },
  });

  test.each<[EndReason, number, boolean]>([
    ["signed-out", 60_000, true],
    ["signed-out", 60_001, false],
    ["ended-elsewhere", 60_001, false],
    ["replaced", 60_001, false],
    ["idle", 60_001, true],
    ["disabled", 86_400_000, true],
  ])("%s, first asked %d ms after this site learned of it: %s", (reason, after, shown) => {
    const told = end(reason);
    expect(isWorthTelling(told, heardAt + after)).toBe(shown);
    expect(told.end.toldAt).toBe(shown ? heardAt + after : null);
  });

  test.each<[EndReason, number, boolean]>([
    ["idle", 5_000, true],
    ["idle", 5_001, false],
    ["signed-out", 5_000, true],
  ])("%s, asked again %d ms after it was first shown: %s", (reason, after, shown) => {
    const toldAt = heardAt + 59_000;
    const told = end(reason, toldAt);
    expect(isWorthTelling(told, toldAt + after)).toBe(shown);
    expect(told.end.toldAt).toBe(toldAt);
  });
});
