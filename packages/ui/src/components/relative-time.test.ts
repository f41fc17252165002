import { describe, expect, test } from "vitest";
import { exactTimeWords, relativeTimeWords } from "./relative-time.tsx";

const now = new Date("2026-11-21T12:00:00Z");
const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

describe("relative time", () => {
  test.each([
    [0, "just now"],
    [59, "just now"],
    [minute, "1 minute ago"],
    [2 * minute - 1, "1 minute ago"],
    [59 * minute + 59, "59 minutes ago"],
    [hour, "1 hour ago"],
    [day - 1, "23 hours ago"],
    [day, "yesterday"],
    [2 * day, "2 days ago"],
    [7 * day, "last week"],
    [29 * day, "4 weeks ago"],
    [30 * day, "last month"],
    [364 * day, "12 months ago"],
    [365 * day, "last year"],
    [800 * day, "2 years ago"],
  ])("%i seconds ago is %j", (seconds, words) => {
    expect(relativeTimeWords(new Date(now.getTime() - seconds * 1000), now)).toBe(words);
  });

  test("a time in the future is just now", () => {
    expect(relativeTimeWords(new Date(now.getTime() + 3_000), now)).toBe("just now");
  });
});

test("the exact time is in UTC, in every time zone of the server", () => {
  expect(exactTimeWords(now)).toBe("21 November 2026 at 12:00 UTC");
});
