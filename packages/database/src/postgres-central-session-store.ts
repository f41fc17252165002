import type { AuditActor } from "./audit-event-store.ts";
import {
  type CentralSessionRow,
  centralSessionColumns,
  centralSessionFrom,
  type FoundSessionRow,
  foundSessionFrom,
  type ListedSessionRow,
  siteSessionFrom,
  type TouchedSessionRow,
} from "./central-session-row.ts";
import type {
  CentralSessionStore,
  EndReason,
  FoundSession,
  OidcClientSession,
  SessionWithSites,
} from "./central-session-store.ts";
import { codeOf } from "./database-error.ts";
import { claimOidcGrant, joinOidcClients, readOidcGrant } from "./oidc-client-statements.ts";
import { PersonGone } from "./person-store.ts";
import type { Pool } from "./postgres-connection.ts";
import { isUuid, withoutNul } from "./postgres-input.ts";
import type { PrismaClient } from "./prisma-client.ts";
import { actorText, distrustEarlierAccess, endAllSessions } from "./prisma-statements.ts";
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

/** Activity is recorded once a minute, so that most look-ups write nothing. */
const isMinuteOld = "<= hub_now() - interval '60 seconds'";

/** Records activity, of a site too where `$2` names one. The session may have ended since it was found. */
const touchSession = `
  WITH site_touched AS (
    UPDATE site_sessions SET last_activity_at = hub_now() WHERE id = $2 AND last_activity_at ${isMinuteOld}
  )
  UPDATE sessions s SET last_activity_at = hub_now(),
    idle_expires_at = hub_now() + (s.idle_expires_at - s.last_activity_at)
  FROM users u
  WHERE s.id = $1 AND u.id = s.user_id AND session_end_reason(s, u.disabled_at) IS NULL
    AND s.last_activity_at ${isMinuteOld}
  RETURNING s.last_activity_at, s.idle_expires_at`;

const foundColumns = `${centralSessionColumns}, session_end_reason(s, u.disabled_at) AS end_reason`;
const isTouchDue = `s.last_activity_at ${isMinuteOld} AS is_touch_due`;

/** @param more columns of `s` */
const byToken = (more: string): string => `
  SELECT ${foundColumns}, ${isTouchDue}${more}
  FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.session_token = $1`;

const findByToken = byToken("");

const findByTokenWithGrant = byToken(`, (
    SELECT g.payload FROM oidc_artifacts g
    WHERE g.hash = ${tokenHashInSql("oidc:Grant", "s.oidc_clients->$2->>'grantId'")} AND g.expires_at > hub_now()
  ) AS grant_payload`);

const findByIndex = `
  SELECT ${foundColumns}, ss.id AS site_session_id,
    least(s.last_activity_at, ss.last_activity_at) ${isMinuteOld} AS is_touch_due
  FROM site_sessions ss JOIN sessions s ON s.id = ss.session_id JOIN users u ON u.id = s.user_id
  WHERE ss.site_id = $1 AND ss.session_index = $2`;

const findByUid = `
  SELECT ${foundColumns}, ${isTouchDue}
  FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.uid = $1 AND s.ended_at IS NULL`;

const startSession = `
  SELECT ${centralSessionColumns}
  FROM start_session($1, $2, $3, $4, $5, $6, $7, make_interval(secs => $8), make_interval(secs => $9),
    make_interval(secs => $10), $11, $12) s
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

const setAskBefore = "UPDATE sessions SET ask_before = $2 WHERE id = $1 AND ended_at IS NULL";

const endByToken = `
  SELECT end_sessions(ARRAY(SELECT id FROM sessions WHERE session_token = $1), $2, $3) AS id`;

const endOne = `
  SELECT end_sessions(ARRAY(SELECT id FROM sessions WHERE id = $1 AND user_id = $3), $2, $4) AS id`;

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
 * Central sessions in PostgreSQL, one prepared statement per operation; ending all sessions of a user is a transaction. The
 * rules of a session's end are SQL functions of the migrations: `end_sessions` and `session_end_reason`.
 */
export class PostgresCentralSessionStore implements CentralSessionStore {
  readonly #pool: Pool;
  readonly #prisma: PrismaClient;
  readonly #life: SessionLife;

  constructor(pool: Pool, prisma: PrismaClient, life: SessionLife) {
    this.#pool = pool;
    this.#prisma = prisma;
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
      start.amr,
      start.passwordHash ?? null,
    ]).catch((cause) => {
      // The user was removed between the read of their row and the insert.
      if (codeOf(cause) === foreignKeyViolation) return [];
      throw cause;
    });
    if (!rows[0]) throw new PersonGone();
    return centralSessionFrom(rows[0]);
  }

  async find(token: string, { touch, grantOf }: Parameters<CentralSessionStore["find"]>[1]) {
    const values = [tokenHash("TGT", token)];
    return grantOf === undefined
      ? this.#find("session-find", findByToken, values, touch)
      : this.#find("session-with-grant", findByTokenWithGrant, [...values, withoutNul(grantOf)], touch);
  }

  async findBySessionIndex(siteId: string, sessionIndex: string, { touch }: { readonly touch: boolean }) {
    const values = [withoutNul(siteId), withoutNul(sessionIndex)];
    return this.#find("session-by-index", findByIndex, values, touch);
  }

  async findByUid(uid: string) {
    if (!isUuid(uid)) return { state: "unknown" as const };
    return this.#find("session-by-uid", findByUid, [uid], false);
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

  async setAskBefore(sessionId: string, askBefore: boolean): Promise<void> {
    if (isUuid(sessionId)) await this.#rows("session-ask-before", setAskBefore, [sessionId, askBefore]);
  }

  async end(which: Parameters<CentralSessionStore["end"]>[0], reason: EndReason, by?: AuditActor) {
    if (!("token" in which) && !("sessionId" in which)) return this.#endAll(which, reason, by);
    const rows = await this.#endOne(which, reason, by === undefined ? null : actorText(by));
    return rows.map((row) => row.id);
  }

  async #endAll(
    {
      personId,
      exceptSessionId,
    }: { readonly personId: string; readonly exceptSessionId?: string | undefined },
    reason: EndReason,
    by: AuditActor | undefined,
  ): Promise<readonly string[]> {
    if (!isUuid(personId)) return [];
    return this.#prisma.$transaction(async (transaction) => {
      // Of a disabled user too.
      const locked = await transaction.$executeRaw`SELECT FROM users WHERE id = ${personId}::uuid FOR UPDATE`;
      if (locked === 0) return [];
      await distrustEarlierAccess(transaction, personId);
      return endAllSessions(transaction, personId, reason, {
        ...(by !== undefined && { by }),
        exceptSessionId,
      });
    });
  }

  async endExpired(limit: number): Promise<number> {
    return (await this.#rows("session-end-expired", endExpired, [limit])).length;
  }

  async sweep(limit: number): Promise<number> {
    const result = await this.#pool.query({ name: "session-sweep", text: sweepEnded, values: [limit] });
    return result.rowCount ?? 0;
  }

  async #endOne(
    which: { readonly token: string } | { readonly sessionId: string; readonly personId: string },
    reason: EndReason,
    by: string | null,
  ) {
    if ("token" in which) {
      const values = [tokenHash("TGT", which.token), reason, by];
      return this.#rows<{ id: string }>("session-end-token", endByToken, values);
    }
    if (!isUuid(which.personId) || !isUuid(which.sessionId)) return [];
    const values = [which.sessionId, reason, which.personId, by];
    return this.#rows<{ id: string }>("session-end-one", endOne, values);
  }

  async #find(name: string, text: string, values: unknown[], touch: boolean): Promise<FoundSession> {
    const [row] = await this.#rows<FoundSessionRow>(name, text, values);
    if (!row?.is_touch_due || !touch || row.end_reason !== null) return foundSessionFrom(row);
    const which = [row.session_id, row.site_session_id ?? null];
    const [touched] = await this.#rows<TouchedSessionRow>("session-touch", touchSession, which);
    // It ended meanwhile, or another request has recorded the activity.
    if (touched === undefined) return this.#find(name, text, values, false);
    return foundSessionFrom({ ...row, ...touched });
  }

  async #rows<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    return (await this.#pool.query<Row>({ name, text, values })).rows;
  }
}
