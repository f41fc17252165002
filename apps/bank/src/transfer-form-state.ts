import { judgeTransfer, type TransferProblems } from "./judge-transfer.ts";
import type { Account, Ledger } from "./ledger.ts";
import type { TypedTransfer } from "./transfer-drafts.ts";

/** The form as it is to be drawn for a person. */
export interface TransferFormState {
  readonly draft: string;
  readonly accounts: readonly Account[];
  readonly typed: TypedTransfer;
  /** She was here before and nothing is wrong: she comes back from signing in. */
  readonly isBack: boolean;
  readonly problems: TransferProblems;
}

type Asked = string | readonly string[] | undefined;

/** What she typed before, when the form is hers and was sent; else an empty one, from the current account to savings. */
export function transferFormState(ledger: Ledger, personId: string, asked: Asked): TransferFormState {
  const accounts = ledger.accountsOf(personId);
  const sent = findSent(ledger, personId, asked);
  if (sent !== null) {
    const { problems = {} } = judgeTransfer(sent.typed, accounts);
    return { ...sent, accounts, problems, isBack: Object.keys(problems).length === 0 };
  }
  const [from = "", to = ""] = accounts.map(({ id }) => id);
  const typed = { from, to, amount: "", reference: "" };
  return { draft: ledger.drafts.begin(personId), accounts, typed, isBack: false, problems: {} };
}

/** For the page's title, which is drawn apart. */
export function hasProblems(ledger: Ledger, personId: string, asked: Asked): boolean {
  const sent = findSent(ledger, personId, asked);
  return sent !== null && judgeTransfer(sent.typed, ledger.accountsOf(personId)).order === null;
}

function findSent(ledger: Ledger, personId: string, asked: Asked) {
  if (typeof asked !== "string") return null;
  const typed = ledger.drafts.find(personId, asked)?.typed;
  return typed ? { draft: asked, typed } : null;
}
