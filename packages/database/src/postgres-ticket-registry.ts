import type { ConsumeResult, ServiceTicket, TicketRegistry } from "@gatehouse/cas/server";
import type { Pool } from "./postgres-connection.ts";
import { withoutNul } from "./postgres-input.ts";
import { sweepStatement } from "./sweep-statement.ts";
import { tokenHash } from "./token-hash.ts";

const issueTicket = `
  INSERT INTO service_tickets (hash, site_id, service, session_id, from_new_login, expires_at, proxies)
  VALUES ($1, $2, $3, $4, $5, hub_now() + make_interval(secs => $6), $7)`;

/**
 * One statement consumes a ticket: it deletes the row whatever the outcome, and of concurrent attempts exactly one deletes
 * it. FOR SHARE orders the new participant before or after the end of the session; without it, a site could join unnoticed
 * by the logout.
 */
const consumeTicket = `
  WITH consumed AS (
    DELETE FROM service_tickets WHERE hash = $1 RETURNING *
  ), living AS (
    SELECT s.id, s.authenticated_at, s.long_term, s.amr, u.id AS person_id, u.username, u.name, u.email, u.groups
    FROM consumed JOIN sessions s ON s.id = consumed.session_id JOIN users u ON u.id = s.user_id
    WHERE session_end_reason(s, u.disabled_at) IS NULL
    FOR SHARE OF s
  ), judged AS (
    SELECT consumed.site_id, consumed.service, consumed.session_id, consumed.from_new_login, consumed.proxies, living.*,
      CASE
        WHEN consumed.expires_at <= hub_now() THEN 'expired'
        WHEN consumed.service <> $2 THEN 'other-service'
        WHEN $3 AND NOT consumed.from_new_login THEN 'not-from-credentials'
        WHEN living.id IS NULL THEN 'session-ended'
        ELSE 'valid'
      END AS outcome
    FROM consumed LEFT JOIN living ON true
  ), participant AS (
    INSERT INTO site_sessions (site_id, session_index, service, session_id, started_at, last_activity_at)
    SELECT site_id, $4, service, session_id, hub_now(), hub_now() FROM judged WHERE outcome = 'valid'
  )
  SELECT outcome, site_id, session_id, from_new_login, proxies, authenticated_at, long_term, amr, person_id, username,
    coalesce(name, username) AS name, email, groups
  FROM judged`;

const sweepTickets = sweepStatement("service_tickets", "expires_at < hub_now() - interval '1 hour'");

interface JudgedRow {
  readonly outcome: ConsumeResult["outcome"];
  readonly site_id: string;
  readonly session_id: string;
  readonly from_new_login: boolean;
  readonly proxies: readonly string[];
  readonly authenticated_at: Date;
  readonly long_term: boolean;
  readonly amr: readonly string[];
  readonly person_id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly groups: readonly string[];
}

/**
 * Service and proxy tickets in PostgreSQL, as hashes. A consumed ticket, now useless, becomes the session index of its site
 * in clear text, because single logout has to send it.
 *
 * @see CAS protocol 3.0.3, section 3.1.1
 */
export class PostgresTicketRegistry implements TicketRegistry {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async issue(ticket: ServiceTicket): Promise<void> {
    if (!(ticket.lifeSeconds > 0 && ticket.lifeSeconds <= 300)) {
      throw new RangeError("A service ticket lives more than 0 and at most 300 seconds.");
    }
    await this.#pool.query({
      name: "ticket-issue",
      text: issueTicket,
      values: [
        tokenHash("ST", ticket.id),
        ticket.siteId,
        ticket.service,
        ticket.sessionId,
        ticket.fromNewLogin,
        ticket.lifeSeconds,
        ticket.proxies,
      ],
    });
  }

  async consume(
    id: string,
    conditions: { readonly service: string; readonly renew: boolean },
  ): Promise<ConsumeResult> {
    const { rows } = await this.#pool.query<JudgedRow>({
      name: "ticket-consume",
      text: consumeTicket,
      values: [tokenHash("ST", id), withoutNul(conditions.service), conditions.renew, withoutNul(id)],
    });
    return rows[0] ? resultFrom(rows[0]) : { outcome: "unknown" };
  }

  /** Deletes tickets that expired unused; returns how many. */
  async sweep(limit: number): Promise<number> {
    const result = await this.#pool.query({ name: "ticket-sweep", text: sweepTickets, values: [limit] });
    return result.rowCount ?? 0;
  }
}

function resultFrom(row: JudgedRow): ConsumeResult {
  if (row.outcome !== "valid") {
    return { outcome: row.outcome };
  }
  return {
    outcome: "valid",
    siteId: row.site_id,
    sessionId: row.session_id,
    fromNewLogin: row.from_new_login,
    proxies: row.proxies,
    principal: {
      user: row.username,
      attributes: {
        id: row.person_id,
        username: row.username,
        name: row.name,
        email: row.email,
        groups: row.groups,
        amr: row.amr,
      },
      authenticationDate: row.authenticated_at,
      longTerm: row.long_term,
    },
  };
}
