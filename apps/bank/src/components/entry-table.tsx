import { formatDay } from "../calendar-date.ts";
import type { Entry } from "../ledger.ts";
import { formatAmount, formatMovement } from "../money.ts";

/** Entries, newest first, each with the balance after it. */
export function EntryTable({ caption, entries }: { caption: string; entries: readonly Entry[] }) {
  return (
    <table className="entries">
      <caption className="visually-hidden">{caption}, in euros, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Date</th>
          <th scope="col">What</th>
          <th scope="col">Amount, €</th>
          <th scope="col">Balance, €</th>
        </tr>
      </thead>
      <tbody>
        {entries.map(({ sequence, bookedOn, description, amountCents, balanceCents }) => (
          <tr key={sequence}>
            <td>
              <time dateTime={bookedOn}>{formatDay(bookedOn)}</time>
            </td>
            <th scope="row">{description}</th>
            <td className={amountCents > 0 ? "comes-in" : undefined}>{formatMovement(amountCents)}</td>
            <td className="running">{formatAmount(balanceCents)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
