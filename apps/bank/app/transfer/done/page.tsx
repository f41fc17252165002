import { ButtonLink, Notice } from "@gatehouse/ui";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignIn } from "../../../src/auth.ts";
import { formatFullDay } from "../../../src/calendar-date.ts";
import { BankPage } from "../../../src/components/bank-page.tsx";
import { ACCOUNT_NAMES, openLedgerOnce } from "../../../src/ledger.ts";
import { formatEuros } from "../../../src/money.ts";

export const dynamic = "force-dynamic";
export const metadata: Metadata = { title: "Money moved" };

interface DonePageProps {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

export default async function DonePage({ searchParams }: DonePageProps) {
  const { transfer: asked, changed } = await searchParams;
  const { user } = await requireSignIn();
  const ledger = openLedgerOnce();
  const transfer = typeof asked === "string" ? ledger.findTransfer(user.id, asked) : null;
  if (transfer === null) redirect("/accounts");
  const nameOf = (accountId: string) => {
    const account = ledger.findAccount(user.id, accountId);
    // Keeps an account number on one line.
    return account === null
      ? accountId
      : `${ACCOUNT_NAMES[account.kind]}\u00a0· ${account.number.replaceAll(" ", "\u00a0")}`;
  };
  const facts = [
    ["From", nameOf(transfer.fromAccountId)],
    ["To", nameOf(transfer.toAccountId)],
    ["Reference", transfer.reference || "None"],
    ["Booked on", formatFullDay(transfer.bookedOn)],
  ];
  return (
    <BankPage path="/accounts">
      <h1>{formatEuros(transfer.amountCents)} moved</h1>
      {changed === undefined ? (
        <p className="lead">Both accounts show it already.</p>
      ) : (
        <div className="notice">
          <Notice>
            <p>
              This transfer was sent before, as it stands here. What you changed in its form afterwards was
              not sent.
            </p>
          </Notice>
        </div>
      )}
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="steps">
        <ButtonLink href="/accounts">Your accounts</ButtonLink>
        <ButtonLink kind="plain" href="/transfer">
          Move money again
        </ButtonLink>
      </p>
    </BankPage>
  );
}
