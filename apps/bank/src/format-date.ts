import type { CalendarDate } from "./calendar-date.ts";

// Days of the ledger have no time zone; UTC keeps them unchanged.
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const fullDay = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const month = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const shortMonth = new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" });

/** `21 Nov`. */
export function formatDay(date: CalendarDate): string {
  return day.format(new Date(date));
}

/** `21 November 2026`. */
export function formatFullDay(date: CalendarDate): string {
  return fullDay.format(new Date(date));
}

/** `2026-11` as `November 2026`. */
export function formatMonth(yearMonth: string): string {
  return month.format(new Date(`${yearMonth}-01`));
}

/** `2026-09` as `Sep`: three letters, so that a year of them fits under a chart. */
export function formatShortMonth(yearMonth: string): string {
  return shortMonth.format(new Date(`${yearMonth}-01`)).slice(0, 3);
}
