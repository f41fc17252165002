import { describe, expect, test } from "vitest";
import { signedOut } from "./signed-out.ts";

describe("a person is told why she is signed out", () => {
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

  test("by the hub's reason, and without one when it is not known or her own", () => {
    expect(signedOut("ended-elsewhere").sentence).toBe("You were signed out from another browser.");
    expect(signedOut("unknown").sentence).toBe("You were signed out.");
    expect(signedOut("signed-out").sentence).toBe("You were signed out.");
  });
});
