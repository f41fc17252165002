import { describe, expect, test } from "vitest";
import { type SignedOutReason, signedOut } from "./signed-out.ts";

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
