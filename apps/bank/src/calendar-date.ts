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
