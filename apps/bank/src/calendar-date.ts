/**
 * A day, `2026-11-21`, without hour and time zone, so that an entry has the same day on every server.
 */
export type CalendarDate = string;

export function calendarDate(year: number, month: number, day: number): CalendarDate {
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

export function toCalendarDate(moment: Date): CalendarDate {
  return moment.toISOString().slice(0, 10);
}

/** `2026-11` of `2026-11-21`. */
export function monthOf(date: CalendarDate): string {
  return date.slice(0, 7);
}

/** Twelve whole months and the one that `today` is in, oldest first. */
export function monthsUpTo(
  today: CalendarDate,
): readonly { readonly year: number; readonly month: number }[] {
  const year = Number(today.slice(0, 4));
  const month = Number(today.slice(5, 7));
  return Array.from({ length: 13 }, (_, index) => {
    const first = new Date(Date.UTC(year, month - 13 + index, 1));
    return { year: first.getUTCFullYear(), month: first.getUTCMonth() + 1 };
  });
}

/** The date, or the Friday before a Saturday or Sunday. */
export function lastWorkingDayUpTo(date: CalendarDate): CalendarDate {
  const moment = new Date(`${date}T00:00:00Z`);
  const weekday = moment.getUTCDay();
  const back = weekday === 6 ? 1 : weekday === 0 ? 2 : 0;
  moment.setUTCDate(moment.getUTCDate() - back);
  return toCalendarDate(moment);
}

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
