import { createHash } from "node:crypto";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { makePrivateFile } from "@gatehouse/demo-sites/private-file";
import {
  type BookedTransfer,
  findTransfer,
  TRANSFER_SCHEMA,
  type TransferOrder,
  type TransferOutcome,
  transferBook,
} from "./book-transfer.ts";
import { type CalendarDate, monthOf, toCalendarDate } from "./calendar-date.ts";
import { readEnvironment } from "./env.ts";
import { type Category, type InventedEntry, inventYear } from "./invented-year.ts";
import { DRAFT_SCHEMA, type TransferDrafts, transferDrafts } from "./transfer-drafts.ts";

export type AccountKind = "current" | "savings";

export const ACCOUNT_NAMES: Readonly<Record<AccountKind, string>> = {
  current: "Current account",
  savings: "Savings",
};

export interface Account {
  readonly id: string;
  readonly kind: AccountKind;
  /** In groups: `4821 7730 55`. */
  readonly number: string;
  readonly openedOn: CalendarDate;
  /** The sum of the entries; balances are not stored. */
  readonly balanceCents: number;
}

export interface Entry {
  readonly sequence: number;
  readonly bookedOn: CalendarDate;
  readonly description: string;
  readonly category: Category;
  readonly amountCents: number;
  /** Balance after this entry. */
  readonly balanceCents: number;
}

export interface LedgerMonth {
  /** `2026-11`. */
  readonly month: string;
  readonly inCents: number;
  readonly outCents: number;
  readonly closingCents: number;
  /** Newest first. */
  readonly entries: readonly Entry[];
}

/**
 * The bank's books. Every method takes the user's id, so that no caller can forget to check an account's owner.
 */
export interface Ledger {
  /** The user's accounts; the first visit opens two with a year of history. */
  accountsOf(personId: string): readonly Account[];
  /** `null` for an account that does not exist or belongs to another user. */
  findAccount(personId: string, accountId: string): Account | null;
  /** Newest month first; empty for an account of another user. */
  monthsOf(personId: string, accountId: string): readonly LedgerMonth[];
  /** Moves money between two accounts of the user: both entries or none. */
  transfer(personId: string, order: TransferOrder): TransferOutcome;
  /** `null` for a transfer that does not exist or belongs to another user. */
  findTransfer(personId: string, transferId: string): BookedTransfer | null;
  /** Transfer forms that are being filled in. */
  readonly drafts: TransferDrafts;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('current', 'savings')),
    number TEXT NOT NULL,
    opened_on TEXT NOT NULL,
    UNIQUE (person_id, kind)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS entry (
    account_id TEXT NOT NULL REFERENCES account (id),
    sequence INTEGER NOT NULL,
    booked_on TEXT NOT NULL,
    description TEXT NOT NULL,
    category TEXT NOT NULL,
    amount_cents INTEGER NOT NULL CHECK (amount_cents <> 0),
    PRIMARY KEY (account_id, sequence)
  ) STRICT, WITHOUT ROWID;
`;

const ACCOUNT = `SELECT account.id, kind, number, opened_on,
    (SELECT coalesce(sum(amount_cents), 0) FROM entry WHERE account_id = account.id) AS balance
  FROM account WHERE person_id = ?`;

const STATEMENTS = {
  accounts: `${ACCOUNT} ORDER BY kind`,
  account: `${ACCOUNT} AND id = ?`,
  open: "INSERT INTO account (id, person_id, kind, number, opened_on) VALUES (?, ?, ?, ?, ?)",
  book: `INSERT INTO entry (account_id, sequence, booked_on, description, category, amount_cents)
    VALUES (?, ?, ?, ?, ?, ?)`,
  entries: `SELECT sequence, booked_on, description, category, amount_cents,
      sum(amount_cents) OVER (ORDER BY sequence) AS balance
    FROM entry JOIN account ON account.id = account_id
    WHERE person_id = ? AND account_id = ? ORDER BY sequence DESC`,
} as const;

type Statements = { readonly [Name in keyof typeof STATEMENTS]: StatementSync };
type Row = Record<string, unknown>;

/** @see https://www.sqlite.org/lang_transaction.html#immediate */
export function openLedger(file: string, clock: () => Date = () => new Date()): Ledger {
  makePrivateFile(file);
  const database = new DatabaseSync(file, { timeout: 5_000, enableForeignKeyConstraints: true });
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec(SCHEMA + TRANSFER_SCHEMA + DRAFT_SCHEMA);
  const entries = Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]);
  const statements = Object.fromEntries(entries) as Statements;
  const bookTransfer = transferBook(database);
  const accounts = (personId: string) => statements.accounts.all(personId).map(toAccount);
  return {
    accountsOf(personId) {
      const known = accounts(personId);
      if (known.length > 0) return known;
      openAccounts(database, statements, personId, toCalendarDate(clock()));
      return accounts(personId);
    },
    findAccount(personId, accountId) {
      const row = statements.account.get(personId, accountId);
      return row === undefined ? null : toAccount(row);
    },
    monthsOf: (personId, accountId) => byMonth(statements.entries.all(personId, accountId).map(toEntry)),
    transfer: (personId, order) => bookTransfer(personId, order, toCalendarDate(clock())),
    findTransfer: (personId, transferId) => findTransfer(database, personId, transferId),
    drafts: transferDrafts(database, clock),
    close: () => database.close(),
  };
}

/**
 * Opens both accounts with their year in one transaction, which takes the write lock first, so that the second of two
 * simultaneous first visits finds the accounts open.
 */
function openAccounts(
  database: DatabaseSync,
  statements: Statements,
  personId: string,
  today: CalendarDate,
): void {
  const year = inventYear(personId, today);
  database.exec("BEGIN IMMEDIATE");
  try {
    if (statements.accounts.get(personId) === undefined) {
      openAccount(statements, personId, "current", year.current);
      openAccount(statements, personId, "savings", year.savings);
    }
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function openAccount(
  statements: Statements,
  personId: string,
  kind: AccountKind,
  entries: readonly InventedEntry[],
): void {
  const digest = createHash("sha256").update(`account ${kind} ${personId}`).digest();
  const id = `${kind}-${digest.toString("hex").slice(0, 16)}`;
  const digits = String(digest.readUIntBE(8, 6) % 10 ** 10).padStart(10, "0");
  const number = `${digits.slice(0, 4)} ${digits.slice(4, 8)} ${digits.slice(8)}`;
  statements.open.run(id, personId, kind, number, entries[0]?.bookedOn ?? "");
  for (const [sequence, entry] of entries.entries()) {
    statements.book.run(id, sequence, entry.bookedOn, entry.description, entry.category, entry.amountCents);
  }
}

function byMonth(newestFirst: readonly Entry[]): readonly LedgerMonth[] {
  return [...Map.groupBy(newestFirst, ({ bookedOn }) => monthOf(bookedOn))].map(([month, entries]) => {
    // The opening balance is no income of its month.
    const moved = entries
      .filter(({ category }) => category !== "balance")
      .map(({ amountCents }) => amountCents);
    return {
      month,
      inCents: sum(moved.filter((amount) => amount > 0)),
      outCents: sum(moved.filter((amount) => amount < 0)),
      closingCents: entries[0]?.balanceCents ?? 0,
      entries,
    };
  });
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

function toAccount(row: Row): Account {
  return {
    id: String(row.id),
    kind: row.kind as AccountKind,
    number: String(row.number),
    openedOn: String(row.opened_on),
    balanceCents: Number(row.balance),
  };
}

function toEntry(row: Row): Entry {
  return {
    sequence: Number(row.sequence),
    bookedOn: String(row.booked_on),
    description: String(row.description),
    category: row.category as Category,
    amountCents: Number(row.amount_cents),
    balanceCents: Number(row.balance),
  };
}

const key = Symbol.for("gatehouse.bank.ledger");
const shared = globalThis as unknown as Record<symbol, Ledger | undefined>;

/** One connection per process, because Next.js bundles this module into every page. */
export function openLedgerOnce(): Ledger {
  shared[key] ??= openLedger(readEnvironment().ledgerFile);
  return shared[key];
}
