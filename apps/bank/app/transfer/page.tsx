import { readRefusal } from "@gatehouse/demo-sites/refused-form";
import { Notice } from "@gatehouse/ui";
import type { Metadata } from "next";
import { auth, requireSignIn } from "../../src/auth.ts";
import { BankPage } from "../../src/components/bank-page.tsx";
import { TransferForm } from "../../src/components/transfer-form.tsx";
import { readEnvironment } from "../../src/env.ts";
import { openLedgerOnce } from "../../src/ledger.ts";
import { hasProblems, transferFormState } from "../../src/transfer-form-state.ts";

export const dynamic = "force-dynamic";

interface TransferPageProps {
  readonly searchParams: Promise<{
    readonly draft?: string | string[];
    readonly refused?: string | string[];
  }>;
}

export async function generateMetadata({ searchParams }: TransferPageProps): Promise<Metadata> {
  const session = await auth();
  const { draft } = await searchParams;
  const isWrong = session !== null && hasProblems(openLedgerOnce(), session.user.id, draft);
  return { title: isWrong ? "Error: Move money" : "Move money" };
}

export default async function TransferPage({ searchParams }: TransferPageProps) {
  const { draft, refused: asked } = await searchParams;
  const { user } = await requireSignIn();
  const refused = await readRefusal(readEnvironment().siteOrigin, asked);
  const { isOfAnother, ...state } = transferFormState(openLedgerOnce(), user.id, draft);
  return (
    <BankPage path="/transfer">
      <p className="trail">
        <a href="/accounts">Your accounts</a>
      </p>
      <h1>Move money</h1>
      <p className="lead">Between your own accounts, at once.</p>
      {refused === "expired" && (
        <div className="notice transfer">
          <Notice>
            <p>
              Your form was open for more than a day, so it was not sent and no money was moved. Please fill
              it in anew.
            </p>
          </Notice>
        </div>
      )}
      {(isOfAnother || refused === "user_changed") && (
        <div className="notice transfer">
          <Notice>
            <p>
              You are now signed in as <bdi>{user.name}</bdi>. The form before was opened by another user, so
              this one is empty and none of your money was moved.
            </p>
          </Notice>
        </div>
      )}
      <TransferForm userId={user.id} {...state} />
    </BankPage>
  );
}
