/**
 * Statement that deletes up to `$1` expired rows of a table.
 *
 * It selects by `ctid`, not by key: for a LIMIT parameter PostgreSQL estimates a tenth of the table and scans all of it to
 * find the keys again (400 ms a batch in a table of a million rows, against 0.4 ms by `ctid`). The rows are locked first, so
 * they cannot move. SKIP LOCKED lets several hubs sweep at once.
 *
 * @param dead SQL condition, never from input
 */
export function sweepStatement(table: string, dead: string): string {
  return `
  DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ${table} WHERE ${dead} LIMIT $1 FOR UPDATE SKIP LOCKED
  ))`;
}
