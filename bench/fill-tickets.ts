/** Fills the hub's tables as months of use would, in one statement and without a single round. */
import type { Database } from "@gatehouse/database";
import { poolOf } from "@gatehouse/database/test-pool";

/** Ten tickets a session; the sessions are the demo person's. */
const fill = `
  WITH person AS (
    SELECT id FROM users WHERE username = 'alice'
  ), started AS (
    INSERT INTO sessions (session_token, user_id, expires, started_at, authenticated_at, last_activity_at, idle_expires_at)
    SELECT 'bench-' || n, person.id, hub_now() + interval '1 day', hub_now(), hub_now(), hub_now(), hub_now() + interval '12 hours'
    FROM person, generate_series(1, $1::int / 10) n
    RETURNING id
  )
  INSERT INTO service_tickets (hash, site_id, service, session_id, from_new_login, expires_at)
  SELECT encode(sha256(convert_to(id || '-' || n, 'UTF8')), 'hex'), 'shop',
    'http://shop.localhost:3001/api/auth/callback/gatehouse?state=' || n, id, false,
    hub_now() + make_interval(secs => $2)
  FROM started, generate_series(1, 10) n`;

/** For a statement, in milliseconds. */
const patience = 300_000;

/**
 * @param tickets how many; a multiple of ten
 * @param lifeSeconds how long they live yet; less than nothing: for how long they have been dead
 */
export async function fillTickets(database: Database, tickets: number, lifeSeconds: number): Promise<void> {
  const client = await poolOf(database).connect();
  try {
    // A million rows take longer than any statement of the hub may. Foreign keys hold by construction.
    const run = (text: string, values: unknown[] = []) => {
      const statement = { text, values, query_timeout: patience };
      return client.query(statement);
    };
    await run("SET statement_timeout = 0");
    await run("SET session_replication_role = replica");
    await run(fill, [tickets, lifeSeconds]);
    // What the database would otherwise catch up on while rounds are measured.
    await run("VACUUM ANALYZE");
    await run("CHECKPOINT");
  } finally {
    client.release(true);
  }
}
