import { judgeTransfer, type TransferProblems } from "./judge-transfer.ts";
import type { Account, Ledger } from "./ledger.ts";
import type { TypedTransfer } from "./transfer-drafts.ts";

/** The transfer form of a user. */
export interface TransferFormState {
  readonly draft: string;
  readonly accounts: readonly Account[];
  readonly typed: TypedTransfer;
  /** The form was sent before and nothing is wrong with it: the user comes back from a sign-in. */
  readonly isBack: boolean;
  /** The requested form was opened by another user; this one is empty. */
  readonly isOfAnother: boolean;
  readonly problems: TransferProblems;
}

type Asked = string | readonly string[] | undefined;

/**
 * The requested form as it was sent, if it is the user's; else an empty one, from the current account to savings.
 *
 * @param asked the draft's id from the address
 */
export function transferFormState(ledger: Ledger, personId: string, asked: Asked): TransferFormState {
  const accounts = ledger.accountsOf(personId);
  const sent = findSent(ledger, personId, asked);
  if (sent !== null) {
    const { problems = {} } = judgeTransfer(sent.typed, accounts);
    return { ...sent, accounts, problems, isBack: Object.keys(problems).length === 0, isOfAnother: false };
  }
  const [from = "", to = ""] = accounts.map(({ id }) => id);
  const typed = { from, to, amount: "", reference: "" };
  const isOfAnother = typeof asked === "string" && ledger.drafts.isOfAnother(personId, asked);
  const draft = ledger.drafts.begin(personId);
  return { draft, accounts, typed, isBack: false, isOfAnother, problems: {} };
}

/** Whether the sent form has errors, for the page's title, which Next.js renders separately. */
export function hasProblems(ledger: Ledger, personId: string, asked: Asked): boolean {
  const sent = findSent(ledger, personId, asked);
  return sent !== null && judgeTransfer(sent.typed, ledger.accountsOf(personId)).order === null;
}

function findSent(ledger: Ledger, personId: string, asked: Asked) {
  if (typeof asked !== "string") return null;
  const typed = ledger.drafts.find(personId, asked)?.typed;
  return typed ? { draft: asked, typed } : null;
}
