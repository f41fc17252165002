import { formatMonth, formatShortMonth } from "../calendar-date.ts";
import type { LedgerMonth } from "../ledger.ts";
import { formatEuros } from "../money.ts";

const HEIGHT = 88;

interface MonthChartProps {
  readonly accountId: string;
  /** Newest first. */
  readonly months: readonly LedgerMonth[];
  readonly shown: string;
}

/** A bar chart of the balance at the end of each month. Each bar is a link to its month, with the figure as text. */
export function MonthChart({ accountId, months, shown }: MonthChartProps) {
  const highest = Math.max(1, ...months.map(({ closingCents }) => closingCents));
  return (
    <nav aria-labelledby="chart-title" className="chart">
      <h2 id="chart-title">Balance at the end of each month</h2>
      <ol>
        {months.toReversed().map(({ month, closingCents }) => {
          const height = Math.max(2, Math.round((Math.max(0, closingCents) / highest) * HEIGHT));
          return (
            <li key={month}>
              <a
                href={`/accounts/${accountId}?month=${month}`}
                aria-current={month === shown ? "page" : undefined}
              >
                <svg
                  viewBox={`0 0 40 ${HEIGHT}`}
                  preserveAspectRatio="none"
                  aria-hidden="true"
                  focusable="false"
                >
                  <rect x="0" y={HEIGHT - height} width="40" height={height} />
                </svg>
                <span aria-hidden="true">{formatShortMonth(month)}</span>
                <span className="visually-hidden">
                  {formatMonth(month)}: {formatEuros(closingCents)}
                </span>
              </a>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
