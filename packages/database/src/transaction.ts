import type { Pool, PoolClient } from "./postgres-connection.ts";

/**
 * Runs a transaction (READ COMMITTED): each statement sees what was committed before it began, so a statement after a lock
 * sees the writes of the previous holder.
 *
 * @param work commits with its result; rolls back if it resolves to `false` or throws
 */
export async function inTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let lost = false;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query(result === false ? "ROLLBACK" : "COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {
      lost = true;
    });
    throw error;
  } finally {
    client.release(lost);
  }
}

/**
 * Serialises decisions and revocations of a user. Weaker than `lockPerson`: sessions and other rows of the user can be added
 * meanwhile.
 *
 * @returns false if the user is disabled or removed
 */
export async function lockPermissions(client: PoolClient, personId: string): Promise<boolean> {
  const text = "SELECT FROM users WHERE id = $1 AND disabled_at IS NULL FOR NO KEY UPDATE";
  return (await client.query({ name: "permissions-lock", text, values: [personId] })).rowCount === 1;
}
