import {
  type CentralSessionRow,
  centralSessionColumns,
  centralSessionFrom,
  type FoundSessionRow,
  foundSessionFrom,
  type ListedSessionRow,
  siteSessionFrom,
} from "./central-session-row.ts";
import type {
  CentralSessionStore,
  EndReason,
  OidcClientSession,
  SessionWithSites,
} from "./central-session-store.ts";
import { codeOf } from "./database-error.ts";
import { claimOidcGrant, joinOidcClients, readOidcGrant } from "./oidc-client-statements.ts";
import { PersonGone } from "./person-store.ts";
import type { Pool } from "./postgres-connection.ts";
import { isUuid, withoutNul } from "./postgres-input.ts";
import { sweepStatement } from "./sweep-statement.ts";
import { tokenHash, tokenHashInSql } from "./token-hash.ts";

/** @see https://www.postgresql.org/docs/18/errcodes-appendix.html */
const foreignKeyViolation = "23503";

/** Lives of sessions. */
export interface SessionLife {
  readonly idleSeconds: number;
  readonly maxSeconds: number;
  /** Idle and absolute life with "remember me"; absent: as without. */
  readonly longTermSeconds?: number | undefined;
}

/** Records activity of the session `found`. */
const touchSession = `
  touched AS (
    UPDATE sessions s SET last_activity_at = hub_now(),
      idle_expires_at = hub_now() + (s.idle_expires_at - s.last_activity_at)
    FROM found
    WHERE $1 AND s.id = found.id AND found.end_reason IS NULL AND s.ended_at IS NULL
      AND s.last_activity_at <= hub_now() - interval '60 seconds'
    RETURNING s.last_activity_at, s.idle_expires_at
  )
  SELECT found.*, touched.last_activity_at AS touched_at, touched.idle_expires_at AS touched_idle_expires_at
  FROM found LEFT JOIN touched ON true`;

/** @param more columns of `s` */
const byToken = (more: string): string => `
  WITH found AS (
    SELECT ${centralSessionColumns}, session_end_reason(s, u.disabled_at) AS end_reason${more}
    FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.session_token = $2
  ), ${touchSession}`;

const findByToken = byToken("");

const findByTokenWithGrant = byToken(`, (
    SELECT g.payload FROM oidc_artifacts g
    WHERE g.hash = ${tokenHashInSql("oidc:Grant", "s.oidc_clients->$3->>'grantId'")} AND g.expires_at > hub_now()
  ) AS grant_payload`);

const findByIndex = `
  WITH found AS (
    SELECT ${centralSessionColumns}, session_end_reason(s, u.disabled_at) AS end_reason, ss.id AS site_session_id
    FROM site_sessions ss JOIN sessions s ON s.id = ss.session_id JOIN users u ON u.id = s.user_id
    WHERE ss.site_id = $2 AND ss.session_index = $3
  ), site_touched AS (
    UPDATE site_sessions ss SET last_activity_at = hub_now()
    FROM found
    WHERE $1 AND ss.id = found.site_session_id AND found.end_reason IS NULL
      AND ss.last_activity_at <= hub_now() - interval '60 seconds'
  ), ${touchSession}`;

const findByUid = `
  WITH found AS (
    SELECT ${centralSessionColumns}, session_end_reason(s, u.disabled_at) AS end_reason
    FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.uid = $2 AND s.ended_at IS NULL
  ), ${touchSession}`;

const startSession = `
  SELECT ${centralSessionColumns}
  FROM start_session($1, $2, $3, $4, $5, $6, $7, make_interval(secs => $8), make_interval(secs => $9),
    make_interval(secs => $10)) s
  JOIN users u ON u.id = s.user_id`;

/** Each site once, with its latest service address. */
const listOfPerson = `
  SELECT ${centralSessionColumns}, coalesce(sites.list, '[]') AS sites
  FROM sessions s JOIN users u ON u.id = s.user_id
  LEFT JOIN LATERAL (
    SELECT json_agg(site ORDER BY site.last_activity_at DESC) AS list FROM (
      SELECT ss.site_id, (array_agg(ss.service ORDER BY ss.started_at DESC))[1] AS service,
        min(ss.started_at) AS started_at, max(ss.last_activity_at) AS last_activity_at
      FROM site_sessions ss WHERE ss.session_id = s.id GROUP BY ss.site_id
    ) site
  ) sites ON true
  WHERE s.user_id = $1 AND s.ended_at IS NULL AND session_end_reason(s, u.disabled_at) IS NULL
  ORDER BY s.last_activity_at DESC, s.id`;

const stopAskingBefore = "UPDATE sessions SET ask_before = false WHERE id = $1 AND ended_at IS NULL";

const endByToken = `
  SELECT end_sessions(ARRAY(SELECT id FROM sessions WHERE session_token = $1), $2) AS id`;

const endOne = `
  SELECT end_sessions(ARRAY(SELECT id FROM sessions WHERE id = $1 AND user_id = $3), $2) AS id`;

const endOfPerson = `
  SELECT end_sessions(ARRAY(
    SELECT id FROM sessions WHERE user_id = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $3::uuid
  ), $2) AS id`;

/** SKIP LOCKED lets several hubs do this at once. */
const endExpired = `
  SELECT end_sessions(ARRAY(
    SELECT id FROM sessions
    WHERE ended_at IS NULL AND (idle_expires_at <= hub_now() OR expires <= hub_now())
    LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
  ), 'idle') AS id`;

/** Keeps the reason of an end for a week, and longer while a logout is pending. */
const sweepEnded = sweepStatement(
  "sessions",
  `ended_at < hub_now() - interval '7 days' AND NOT EXISTS (
    SELECT FROM logout_deliveries d WHERE d.session_id = sessions.id AND d.state = 'pending'
  )`,
);

/**
 * Central sessions in PostgreSQL, one prepared statement per operation. The rules of a session's end are SQL functions of
 * the migrations: `end_sessions` and `session_end_reason`.
 */
export class PostgresCentralSessionStore implements CentralSessionStore {
  readonly #pool: Pool;
  readonly #life: SessionLife;

  constructor(pool: Pool, life: SessionLife) {
    this.#pool = pool;
    this.#life = life;
  }

  async start(start: Parameters<CentralSessionStore["start"]>[0]) {
    const longLife = start.longTerm ? this.#life.longTermSeconds : undefined;
    const rows = await this.#rows<CentralSessionRow>("session-start", startSession, [
      start.personId,
      tokenHash("TGT", start.token),
      start.previousToken ? tokenHash("TGT", start.previousToken) : null,
      withoutNul(start.userAgent).slice(0, 500),
      withoutNul(start.address).slice(0, 100),
      start.longTerm,
      start.askBefore ?? false,
      longLife ?? this.#life.idleSeconds,
      longLife ?? this.#life.maxSeconds,
      start.provedSecondsAgo ?? 0,
    ]).catch((cause) => {
      // The user was removed between the read of their row and the insert.
      if (codeOf(cause) === foreignKeyViolation) return [];
      throw cause;
    });
    if (!rows[0]) throw new PersonGone();
    return centralSessionFrom(rows[0]);
  }

  async find(token: string, { touch, grantOf }: Parameters<CentralSessionStore["find"]>[1]) {
    const values = [touch, tokenHash("TGT", token)];
    const rows =
      grantOf === undefined
        ? await this.#rows<FoundSessionRow>("session-find", findByToken, values)
        : await this.#rows<FoundSessionRow>("session-with-grant", findByTokenWithGrant, [
            ...values,
            withoutNul(grantOf),
          ]);
    return foundSessionFrom(rows[0]);
  }

  async findBySessionIndex(siteId: string, sessionIndex: string, options: { readonly touch: boolean }) {
    const values = [options.touch, withoutNul(siteId), withoutNul(sessionIndex)];
    return foundSessionFrom((await this.#rows<FoundSessionRow>("session-by-index", findByIndex, values))[0]);
  }

  async findByUid(uid: string) {
    if (!isUuid(uid)) return { state: "unknown" as const };
    return foundSessionFrom(
      (await this.#rows<FoundSessionRow>("session-by-uid", findByUid, [false, uid]))[0],
    );
  }

  async joinOidcClients(
    sessionId: string,
    clients: Readonly<Record<string, OidcClientSession>>,
    service: string,
  ): Promise<void> {
    await this.#rows("session-join-oidc", joinOidcClients, [sessionId, JSON.stringify(clients), service]);
  }

  async claimOidcGrant(sessionId: string, clientId: string, grantId: string, known: string | undefined) {
    const values = [sessionId, clientId, grantId, known ?? null];
    const query = { name: "session-claim-grant", text: claimOidcGrant, values };
    if ((await this.#pool.query(query)).rowCount === 1) return grantId;
    const held = [sessionId, clientId];
    const [row] = await this.#rows<{ grantId: string | null }>("session-grant", readOidcGrant, held);
    return row?.grantId ?? undefined;
  }

  async listOf(personId: string): Promise<readonly SessionWithSites[]> {
    if (!isUuid(personId)) {
      return [];
    }
    const rows = await this.#rows<ListedSessionRow>("session-list", listOfPerson, [personId]);
    return rows.map((row) => ({ ...centralSessionFrom(row), sites: row.sites.map(siteSessionFrom) }));
  }

  async stopAskingBefore(sessionId: string): Promise<void> {
    if (isUuid(sessionId)) await this.#rows("session-stop-asking", stopAskingBefore, [sessionId]);
  }

  async end(which: Parameters<CentralSessionStore["end"]>[0], reason: EndReason) {
    const rows = await this.#end(which, reason);
    return rows.map((row) => row.id);
  }

  async endExpired(limit: number): Promise<number> {
    return (await this.#rows("session-end-expired", endExpired, [limit])).length;
  }

  async sweep(limit: number): Promise<number> {
    const result = await this.#pool.query({ name: "session-sweep", text: sweepEnded, values: [limit] });
    return result.rowCount ?? 0;
  }

  async #end(which: Parameters<CentralSessionStore["end"]>[0], reason: EndReason) {
    if ("token" in which) {
      const values = [tokenHash("TGT", which.token), reason];
      return this.#rows<{ id: string }>("session-end-token", endByToken, values);
    }
    if (!isUuid(which.personId)) {
      return [];
    }
    if ("sessionId" in which) {
      const values = [which.sessionId, reason, which.personId];
      return isUuid(which.sessionId) ? this.#rows<{ id: string }>("session-end-one", endOne, values) : [];
    }
    const values = [which.personId, reason, which.exceptSessionId ?? null];
    return this.#rows<{ id: string }>("session-end-person", endOfPerson, values);
  }

  async #rows<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    return (await this.#pool.query<Row>({ name, text, values })).rows;
  }
}
