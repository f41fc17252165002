import { expect, it } from "vitest";
import {
  formatDay,
  formatFullDay,
  formatMonth,
  formatShortMonth,
  lastWorkingDayUpTo,
  monthsUpTo,
} from "./calendar-date.ts";
import { formatAmount, formatEuros, formatMovement } from "./money.ts";

it("formats money in British style, with a minus sign", () => {
  expect(formatEuros(481_220)).toBe("€4,812.20");
  expect(formatEuros(-5)).toBe("−€0.05");
  expect(formatAmount(481_220)).toBe("4,812.20");
  expect(formatMovement(481_220)).toBe("+4,812.20");
  expect(formatMovement(-4_620)).toBe("−46.20");
});

it("formats days without a time zone", () => {
  expect(formatDay("2026-11-01")).toBe("1 Nov");
  expect(formatFullDay("2026-11-21")).toBe("21 November 2026");
  expect(formatMonth("2026-09")).toBe("September 2026");
  expect(formatShortMonth("2026-09")).toBe("Sep");
});

it("lists thirteen months, across the turn of the year", () => {
  const months = monthsUpTo("2026-01-31");
  expect(months).toHaveLength(13);
  expect(months[0]).toEqual({ year: 2025, month: 1 });
  expect(months.at(-1)).toEqual({ year: 2026, month: 1 });
});

it.each([
  ["2026-11-20", "2026-11-20"],
  ["2026-11-21", "2026-11-20"],
  ["2026-11-22", "2026-11-20"],
  ["2026-11-23", "2026-11-23"],
  ["2026-03-01", "2026-02-27"],
])("the last working day up to %s is %s", (due, paid) => {
  expect(lastWorkingDayUpTo(due)).toBe(paid);
});
