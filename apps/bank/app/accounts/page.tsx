import { ButtonLink } from "@gatehouse/ui";
import type { Metadata } from "next";
import { requireSignIn } from "../../src/auth.ts";
import { BankPage } from "../../src/components/bank-page.tsx";
import { EntryTable } from "../../src/components/entry-table.tsx";
import { ACCOUNT_NAMES, type Account, openLedgerOnce } from "../../src/ledger.ts";
import { formatEuros } from "../../src/money.ts";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Your accounts" };

const LATEST = 6;

export default async function AccountsPage() {
  const { user } = await requireSignIn({ returnTo: "/accounts" });
  const ledger = openLedgerOnce();
  const accounts = ledger.accountsOf(user.id);
  const total = accounts.reduce((sum, { balanceCents }) => sum + balanceCents, 0);
  const current = accounts.find(({ kind }) => kind === "current");
  const months = current === undefined ? [] : ledger.monthsOf(user.id, current.id);
  return (
    <BankPage path="/accounts">
      <h1>Your accounts</h1>
      <p className="lead">
        <bdi>{user.name}</bdi>, you have <strong className="figure">{formatEuros(total)}</strong> with us.
      </p>
      <ul className="accounts">
        {accounts.map((account) => (
          <AccountCard key={account.id} account={account} />
        ))}
      </ul>
      <p className="after">
        <ButtonLink kind="plain" href="/transfer">
          Move money
        </ButtonLink>
      </p>
      {current !== undefined && (
        <section aria-labelledby="latest-title">
          <div className="section-head">
            <h2 id="latest-title">Latest on your current account</h2>
            <a href={`/accounts/${current.id}`}>All entries</a>
          </div>
          <EntryTable
            caption="Latest entries of your current account"
            entries={months.flatMap(({ entries }) => entries).slice(0, LATEST)}
          />
        </section>
      )}
    </BankPage>
  );
}

function AccountCard({ account: { id, kind, number, balanceCents } }: { account: Account }) {
  return (
    <li>
      <a href={`/accounts/${id}`} className="account">
        <span className="account-name">{ACCOUNT_NAMES[kind]}</span>
        <span className="account-number">{number}</span>
        <span className="account-balance">{formatEuros(balanceCents)}</span>
      </a>
    </li>
  );
}
