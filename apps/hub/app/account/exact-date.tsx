import { exactTimeWords } from "@gatehouse/ui";

/** "20 December 2026", with the exact time on hover. For what is still to come, where "in 29 days" has to be counted. */
export function ExactDate({ date }: { readonly date: Date }) {
  const words = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
  return (
    <time dateTime={date.toISOString()} title={exactTimeWords(date)}>
      {words.format(date)}
    </time>
  );
}
