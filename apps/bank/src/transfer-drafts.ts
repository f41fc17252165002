import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";

/** What stands in the fields of the form, as it was typed. */
export interface TypedTransfer {
  readonly from: string;
  readonly to: string;
  readonly amount: string;
  readonly reference: string;
}

/**
 * Forms that are being filled in, kept here and not in an address or a cookie: how much goes where is nobody's
 * business on the way to a sign-in and back.
 *
 * A draft belongs to the person its form was drawn for. Its name is as good as the form: what is posted under one
 * that was never drawn is refused.
 */
export interface TransferDrafts {
  /** Draws a form for her. */
  begin(personId: string): string;
  /** Keeps what was typed, also when nobody is signed in any more; only its person reads it. False: no such form. */
  keep(id: string, typed: TypedTransfer): boolean;
  /** `null` for an unknown form and somebody else's; nothing is typed yet when `typed` is null. */
  find(personId: string, id: string): { readonly typed: TypedTransfer | null } | null;
}

/** She may come back after lunch. */
const LIFE_MS = 24 * 60 * 60 * 1000;

export const DRAFT_SCHEMA = `
  CREATE TABLE IF NOT EXISTS transfer_draft (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    typed TEXT,
    begun_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS transfer_draft_begun_at ON transfer_draft (begun_at);
`;

export function transferDrafts(database: DatabaseSync, clock: () => Date): TransferDrafts {
  const sweep = database.prepare("DELETE FROM transfer_draft WHERE begun_at <= ?");
  const begin = database.prepare("INSERT INTO transfer_draft (id, person_id, begun_at) VALUES (?, ?, ?)");
  const keep = database.prepare("UPDATE transfer_draft SET typed = ? WHERE id = ? AND begun_at > ?");
  const find = database.prepare(
    "SELECT typed FROM transfer_draft WHERE person_id = ? AND id = ? AND begun_at > ?",
  );
  const oldest = () => clock().getTime() - LIFE_MS;
  return {
    begin(personId) {
      const id = randomUUID();
      sweep.run(oldest());
      begin.run(id, personId, clock().getTime());
      return id;
    },
    keep: (id, typed) => keep.run(JSON.stringify(typed), id, oldest()).changes === 1,
    find(personId, id) {
      const row = find.get(personId, id, oldest());
      if (row === undefined) return null;
      return { typed: row.typed === null ? null : (JSON.parse(String(row.typed)) as TypedTransfer) };
    },
  };
}
