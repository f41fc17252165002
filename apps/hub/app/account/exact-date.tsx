import { exactTimeWords } from "@gatehouse/ui";

const words = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

/** "20 December 2026", with the exact time on hover. For what is still to come, where "in 29 days" has to be counted. */
export function ExactDate({ date }: { readonly date: Date }) {
  return (
    <time dateTime={date.toISOString()} title={exactTimeWords(date)}>
      {words.format(date)}
    </time>
  );
}
