import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { CalendarDate } from "./calendar-date.ts";

/** An order to move money between two accounts of one user. */
export interface TransferOrder {
  readonly fromAccountId: string;
  readonly toAccountId: string;
  /** A whole number above zero. */
  readonly amountCents: number;
  /** Text of the user, or empty. */
  readonly reference: string;
  /** The registration of the program that sent the order; null for the user's own form and for app passwords. */
  readonly siteId: string | null;
  /** Identifies repeated orders of one user by one program. */
  readonly idempotencyKey?: string | undefined;
}

export interface Transfer {
  readonly id: string;
  readonly bookedOn: CalendarDate;
}

/** A transfer that was booked, as it was ordered. */
export type BookedTransfer = Transfer &
  Pick<TransferOrder, "fromAccountId" | "toAccountId" | "amountCents" | "reference">;

/** `account-unknown`: an account does not exist or belongs to another user; the outcome does not tell which. */
export type TransferOutcome =
  | { readonly state: "booked" | "booked-before"; readonly transfer: Transfer }
  | { readonly state: "key-used"; readonly before: Transfer }
  | { readonly state: "account-unknown" | "same-account" | "not-enough" };

export const TRANSFER_SCHEMA = `
  CREATE TABLE IF NOT EXISTS booked_transfer (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    site_id TEXT NOT NULL,
    idempotency_key TEXT,
    from_account_id TEXT NOT NULL REFERENCES account (id),
    to_account_id TEXT NOT NULL REFERENCES account (id),
    amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
    reference TEXT NOT NULL,
    booked_on TEXT NOT NULL,
    UNIQUE (person_id, site_id, idempotency_key)
  ) STRICT;
`;

const STATEMENTS = {
  before: "SELECT * FROM booked_transfer WHERE person_id = ? AND site_id = ? AND idempotency_key = ?",
  find: "SELECT * FROM booked_transfer WHERE person_id = ? AND id = ?",
  account: `SELECT kind,
      (SELECT coalesce(sum(amount_cents), 0) FROM entry WHERE account_id = account.id) AS balance,
      (SELECT coalesce(max(sequence), -1) + 1 FROM entry WHERE account_id = account.id) AS next
    FROM account WHERE person_id = ? AND id = ?`,
  book: `INSERT INTO entry (account_id, sequence, booked_on, description, category, amount_cents)
    VALUES (?, ?, ?, ?, 'savings', ?)`,
  keep: `INSERT INTO booked_transfer (id, person_id, site_id, idempotency_key, from_account_id, to_account_id,
      amount_cents, reference, booked_on)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
} as const;

/** Names of accounts in the other account's entry. */
const NAMES: Readonly<Record<string, string>> = { current: "current account", savings: "savings" };

/**
 * Makes the function that books transfers. It checks key and balance and writes both entries in one transaction, which takes
 * the write lock first, so that an order that is sent twice at once is booked once.
 *
 * @see https://www.sqlite.org/lang_transaction.html#immediate
 */
export function transferBook(database: DatabaseSync) {
  return (personId: string, order: TransferOrder, today: CalendarDate): TransferOutcome => {
    database.exec("BEGIN IMMEDIATE");
    try {
      const outcome = book(database, personId, order, today);
      database.exec("COMMIT");
      return outcome;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  };
}

function book(
  database: DatabaseSync,
  personId: string,
  order: TransferOrder,
  today: CalendarDate,
): TransferOutcome {
  const { fromAccountId, toAccountId, amountCents, reference, idempotencyKey: key = null } = order;
  // Unlike NULL, the empty text is equal to itself: UNIQUE sees it.
  const siteId = order.siteId ?? "";
  const row = key === null ? undefined : database.prepare(STATEMENTS.before).get(personId, siteId, key);
  if (row !== undefined) {
    const before = toBooked(row);
    const { id, bookedOn } = before;
    const isSame = same.every((field) => before[field] === order[field]);
    return isSame
      ? { state: "booked-before", transfer: { id, bookedOn } }
      : { state: "key-used", before: { id, bookedOn } };
  }
  const account = database.prepare(STATEMENTS.account);
  const [from, to] = [account.get(personId, fromAccountId), account.get(personId, toAccountId)];
  if (from === undefined || to === undefined) return { state: "account-unknown" };
  if (fromAccountId === toAccountId) return { state: "same-account" };
  if (Number(from.balance) < amountCents) return { state: "not-enough" };
  const said = reference === "" ? "" : `: ${reference}`;
  const entry = database.prepare(STATEMENTS.book);
  entry.run(fromAccountId, Number(from.next), today, `To ${nameOf(to.kind)}${said}`, -amountCents);
  entry.run(toAccountId, Number(to.next), today, `From ${nameOf(from.kind)}${said}`, amountCents);
  const id = `transfer-${randomUUID()}`;
  database
    .prepare(STATEMENTS.keep)
    .run(id, personId, siteId, key, fromAccountId, toAccountId, amountCents, reference, today);
  return { state: "booked", transfer: { id, bookedOn: today } };
}

function nameOf(kind: unknown): string {
  return NAMES[String(kind)] ?? "account";
}

/** Fields that are equal in a repeated order. */
const same = ["fromAccountId", "toAccountId", "amountCents", "reference"] as const;

/** `null` for a transfer that does not exist or belongs to another user. */
export function findTransfer(database: DatabaseSync, personId: string, id: string): BookedTransfer | null {
  const row = database.prepare(STATEMENTS.find).get(personId, id);
  return row === undefined ? null : toBooked(row);
}

function toBooked(row: Record<string, unknown>): BookedTransfer {
  return {
    id: String(row.id),
    bookedOn: String(row.booked_on),
    fromAccountId: String(row.from_account_id),
    toAccountId: String(row.to_account_id),
    amountCents: Number(row.amount_cents),
    reference: String(row.reference),
  };
}
