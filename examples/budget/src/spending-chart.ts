/** Spending by month, as lines of a terminal. */

export interface Transaction {
  /** `2026-11-21` */
  readonly bookedOn: string;
  /** `savings`: moved between the user's own accounts. */
  readonly category: string;
  /** In cents; below zero has left the account. */
  readonly amountMinor: number;
}

/**
 * @param width of the longest bar, in characters
 * @returns a line a month, the earliest first; a month without spending between others has an empty bar
 */
export function spendingChart(transactions: readonly Transaction[], width: number): readonly string[] {
  const spent = new Map<string, number>();
  for (const { bookedOn, category, amountMinor } of transactions) {
    const month = bookedOn.slice(0, 7);
    const cents = category === "savings" ? 0 : Math.max(0, -amountMinor);
    spent.set(month, (spent.get(month) ?? 0) + cents);
  }
  const most = Math.max(1, ...spent.values());
  return [...spent]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(
      ([month, cents]) =>
        `${month}  ${bar((cents / most) * width).padEnd(width)}  ${money(cents).padStart(11)}`,
    );
}

/** A bar with a precision of an eighth of a character. */
function bar(length: number): string {
  const eighths = Math.round(length * 8);
  const rest = eighths % 8;
  return "█".repeat(Math.floor(eighths / 8)) + (rest === 0 ? "" : String.fromCodePoint(0x2590 - rest));
}

function money(cents: number): string {
  return `${new Intl.NumberFormat("en", { minimumFractionDigits: 2 }).format(cents / 100)} €`;
}
