import { exactTimeWords, relativeTimeWords } from "../relative-time-words.ts";

export interface RelativeTimeProps {
  readonly date: Date;
  /** The moment the page is drawn. */
  readonly now: Date;
}

/**
 * "5 minutes ago", with the exact time on hover. The words are made where the page is drawn; the enhancing
 * script keeps them fresh and says the exact time in the reader's own time zone.
 */
export function RelativeTime({ date, now }: RelativeTimeProps) {
  return (
    <time dateTime={date.toISOString()} title={exactTimeWords(date)} data-relative>
      {relativeTimeWords(date, now)}
    </time>
  );
}
