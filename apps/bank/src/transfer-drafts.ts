import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";

/** The fields of the form, as typed. */
export interface TypedTransfer {
  readonly from: string;
  readonly to: string;
  readonly amount: string;
  readonly reference: string;
}

/**
 * Transfer forms that are being filled in. The bank stores them, because an address or a cookie would take amounts along
 * to the sign-in and back.
 *
 * A draft belongs to the user of the form's page. A post with an unknown draft id is refused.
 */
export interface TransferDrafts {
  /** Begins a form and returns its id. */
  begin(personId: string): string;
  /**
   * Stores typed text of the form's user, who need not be signed in any more.
   *
   * @returns false for an unknown form and for another user's
   */
  keep(personId: string, id: string, typed: TypedTransfer): boolean;
  /** Null for an unknown form and for another user's; `typed` is null until the form is sent. */
  find(personId: string, id: string): { readonly typed: TypedTransfer | null } | null;
  /** Whether another user opened this form; false for an unknown one. */
  isOfAnother(personId: string, id: string): boolean;
}

/** Long enough for a user who comes back after lunch. */
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
  const keep = database.prepare(
    "UPDATE transfer_draft SET typed = ? WHERE person_id = ? AND id = ? AND begun_at > ?",
  );
  const find = database.prepare(
    "SELECT typed FROM transfer_draft WHERE person_id = ? AND id = ? AND begun_at > ?",
  );
  const findOfAnother = database.prepare(
    "SELECT 1 FROM transfer_draft WHERE person_id <> ? AND id = ? AND begun_at > ?",
  );
  const oldest = () => clock().getTime() - LIFE_MS;
  return {
    begin(personId) {
      const id = randomUUID();
      sweep.run(oldest());
      begin.run(id, personId, clock().getTime());
      return id;
    },
    keep: (personId, id, typed) => keep.run(JSON.stringify(typed), personId, id, oldest()).changes === 1,
    find(personId, id) {
      const row = find.get(personId, id, oldest());
      if (row === undefined) return null;
      return { typed: row.typed === null ? null : (JSON.parse(String(row.typed)) as TypedTransfer) };
    },
    isOfAnother: (personId, id) => findOfAnother.get(personId, id, oldest()) !== undefined,
  };
}
