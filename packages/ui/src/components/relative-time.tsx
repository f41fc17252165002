export interface RelativeTimeProps {
  readonly date: Date;
  /** Time of rendering. */
  readonly now: Date;
}

/**
 * "5 minutes ago", with the exact time on hover. Rendered on the server; the enhancing script updates the text and shows
 * the exact time in the user's time zone.
 */
export function RelativeTime({ date, now }: RelativeTimeProps) {
  return (
    <time dateTime={date.toISOString()} title={exactTimeWords(date)} data-relative>
      {relativeTimeWords(date, now)}
    </time>
  );
}

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 365 * 24 * 3600],
  ["month", 30 * 24 * 3600],
  ["week", 7 * 24 * 3600],
  ["day", 24 * 3600],
  ["hour", 3600],
  ["minute", 60],
];

// Making a formatter takes longer than rendering the rest of a page.
const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

/** "just now", "5 minutes ago", "yesterday". Times in the future, from a clock that is behind, are "just now". */
export function relativeTimeWords(date: Date, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - date.getTime()) / 1000);
  const step = steps.find(([, length]) => seconds >= length);
  if (step === undefined) return "just now";
  const [unit, length] = step;
  return ago.format(-Math.floor(seconds / length), unit);
}

/** "21 November 2026 at 05:47 UTC". */
export function exactTimeWords(date: Date): string {
  return `${exact.format(date)} UTC`;
}
