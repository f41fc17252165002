import type { ProxyGrantingTicket, ProxyGrantingTicketRegistry } from "@gatehouse/cas/server";
import type { Pool } from "./postgres-connection.ts";
import { tokenHash } from "./token-hash.ts";

/** FOR SHARE waits for a concurrent end of the session; then nothing is stored. */
const grantTicket = `
  INSERT INTO proxy_granting_tickets (hash, site_id, session_id, proxies)
  SELECT $1, $2, s.id, $4 FROM (
    SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = $3 AND session_end_reason(s, u.disabled_at) IS NULL
    FOR SHARE OF s
  ) s`;

const findTicket = `
  SELECT p.site_id, p.session_id, p.proxies
  FROM proxy_granting_tickets p JOIN sessions s ON s.id = p.session_id JOIN users u ON u.id = s.user_id
  WHERE p.hash = $1 AND session_end_reason(s, u.disabled_at) IS NULL`;

interface GrantedRow {
  readonly site_id: string;
  readonly session_id: string;
  readonly proxies: readonly string[];
}

/**
 * Proxy-granting tickets in PostgreSQL, as hashes. Every lookup checks that the session is valid; the rows are deleted with
 * the session's.
 *
 * @see CAS protocol 3.0.3, section 3.3
 */
export class PostgresProxyGrantingTicketRegistry implements ProxyGrantingTicketRegistry {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async grant({ id, siteId, sessionId, proxies }: ProxyGrantingTicket): Promise<boolean> {
    const { rowCount } = await this.#pool.query({
      name: "proxy-grant",
      text: grantTicket,
      values: [tokenHash("PGT", id), siteId, sessionId, proxies],
    });
    return rowCount === 1;
  }

  async find(id: string): Promise<Omit<ProxyGrantingTicket, "id"> | null> {
    const { rows } = await this.#pool.query<GrantedRow>({
      name: "proxy-find",
      text: findTicket,
      values: [tokenHash("PGT", id)],
    });
    const [row] = rows;
    return row ? { siteId: row.site_id, sessionId: row.session_id, proxies: row.proxies } : null;
  }
}
