import type { Pool, PoolClient } from "./postgres-connection.ts";

/**
 * Runs what one statement cannot decide. Each statement sees what was there when it began, so that one behind a lock
 * sees what whoever held it wrote.
 *
 * @param work what it resolves to stands when it is committed; with `false`, or an error, nothing of it stands
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

/** What this person decides, or takes back, goes one after the other. @returns false: she is gone, or disabled */
export async function lockPerson(client: PoolClient, personId: string): Promise<boolean> {
  const text = "SELECT FROM users WHERE id = $1 AND disabled_at IS NULL FOR NO KEY UPDATE";
  return (await client.query({ name: "person-lock", text, values: [personId] })).rowCount === 1;
}
