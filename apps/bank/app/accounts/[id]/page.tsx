import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireSignIn } from "../../../src/auth.ts";
import { formatFullDay, formatMonth } from "../../../src/calendar-date.ts";
import { BankPage } from "../../../src/components/bank-page.tsx";
import { EntryTable } from "../../../src/components/entry-table.tsx";
import { MonthChart } from "../../../src/components/month-chart.tsx";
import { ACCOUNT_NAMES, type LedgerMonth, openLedgerOnce } from "../../../src/ledger.ts";
import { findMonth } from "../../../src/missing-account.ts";
import { formatEuros, formatMovement } from "../../../src/money.ts";

export const dynamic = "force-dynamic";
// Without the account's name, because Next.js renders the title before the page checks the user.
export const metadata: Metadata = { title: "Account" };

interface AccountPageProps {
  readonly params: Promise<{ readonly id: string }>;
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function AccountPage({ params, searchParams }: AccountPageProps) {
  const { id } = await params;
  const { month: asked } = await searchParams;
  const { user } = await requireSignIn();
  const ledger = openLedgerOnce();
  const account = ledger.findAccount(user.id, id);
  if (account === null) notFound();
  const months = ledger.monthsOf(user.id, id);
  const shown = findMonth(months, asked);
  if (shown === null) notFound();
  return (
    <BankPage path={`/accounts/${id}`}>
      <p className="trail">
        <a href="/accounts">Your accounts</a>
      </p>
      <div className="account-head">
        <div>
          <h1>{ACCOUNT_NAMES[account.kind]}</h1>
          <p className="account-number">
            {account.number} · since {formatFullDay(account.openedOn)}
          </p>
        </div>
        <p className="account-balance">
          <span className="visually-hidden">Balance: </span>
          {formatEuros(account.balanceCents)}
        </p>
      </div>
      <MonthChart accountId={id} months={months} shown={shown.month} />
      <MonthOfEntries shown={shown} />
    </BankPage>
  );
}

function MonthOfEntries({ shown }: { shown: LedgerMonth }) {
  return (
    <section aria-labelledby="month-title">
      <div className="section-head">
        <h2 id="month-title">{formatMonth(shown.month)}</h2>
        <dl className="movement">
          <div>
            <dt>In</dt>
            <dd>{formatMovement(shown.inCents)}</dd>
          </div>
          <div>
            <dt>Out</dt>
            <dd>{formatMovement(shown.outCents)}</dd>
          </div>
        </dl>
      </div>
      <EntryTable caption={`Entries of ${formatMonth(shown.month)}`} entries={shown.entries} />
    </section>
  );
}
