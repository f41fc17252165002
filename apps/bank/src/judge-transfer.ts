import { ACCOUNT_NAMES, type Account } from "./ledger.ts";
import { formatEuros, parseEuros } from "./money.ts";
import type { TypedTransfer } from "./transfer-drafts.ts";

/** Maximum length of a reference, in characters. */
export const LONGEST_REFERENCE = 140;

/** Largest transfer, in cents, that a user moves without a second step. */
export const SECOND_STEP_ABOVE_CENTS = 100_000;

/** Whether a value is one line of visible characters. */
export function isReference(value: unknown): value is string {
  return typeof value === "string" && value.length <= LONGEST_REFERENCE && !/\p{C}/u.test(value);
}

/** Errors by field, each with its correction. */
export type TransferProblems = Readonly<Partial<Record<keyof TypedTransfer, string>>>;

/** An order that can be booked, or the form's errors. */
export type JudgedTransfer =
  | {
      readonly order: {
        readonly fromAccountId: string;
        readonly toAccountId: string;
        readonly amountCents: number;
        readonly reference: string;
      };
      readonly problems?: undefined;
    }
  | { readonly order: null; readonly problems: TransferProblems };

/** Checks all fields, so that the user can correct everything at once. The ledger checks again when it books. */
export function judgeTransfer(typed: TypedTransfer, accounts: readonly Account[]): JudgedTransfer {
  const from = accounts.find(({ id }) => id === typed.from);
  const to = accounts.find(({ id }) => id === typed.to);
  const reference = typed.reference.trim();
  const amount = judgeAmount(typed.amount, from);
  const wrong = {
    from: from === undefined ? "Choose the account that the money comes from." : undefined,
    to: judgeTo(from, to),
    amount: typeof amount === "string" ? amount : undefined,
    reference: judgeReference(reference),
  };
  const found = Object.entries(wrong).filter(([, problem]) => problem !== undefined);
  if (found.length > 0 || from === undefined || to === undefined || typeof amount === "string")
    return { order: null, problems: Object.fromEntries(found) };
  return { order: { fromAccountId: from.id, toAccountId: to.id, amountCents: amount, reference } };
}

function judgeTo(from: Account | undefined, to: Account | undefined): string | undefined {
  if (to === undefined) return "Choose the account that the money goes to.";
  if (to.id === from?.id) return "Choose another account than the one that the money comes from.";
  return undefined;
}

/** The amount in cents, or an error. */
function judgeAmount(typed: string, from: Account | undefined): number | string {
  if (typed.trim() === "") return "Enter how much to move.";
  const cents = parseEuros(typed);
  if (cents === null) return "Enter the amount in euros and cents, as in 25 or 25.50.";
  if (cents === 0) return "Enter one cent or more.";
  if (from === undefined || cents <= from.balanceCents) return cents;
  const there = formatEuros(from.balanceCents);
  return `There is ${there} on your ${ACCOUNT_NAMES[from.kind].toLowerCase()}. Enter that or less.`;
}

function judgeReference(reference: string): string | undefined {
  if (reference.length > LONGEST_REFERENCE)
    return `Shorten the reference to ${LONGEST_REFERENCE} characters; it has ${reference.length}.`;
  return isReference(reference)
    ? undefined
    : "Leave out the characters of the reference that cannot be seen.";
}
