import { exactTimeWords, relativeTimeWords } from "../relative-time-words.ts";

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
