import { ArtifactReads, type ArtifactRow, findLivingArtifacts } from "./artifact-reads.ts";
import { changeArtifact, hashOf, idOfHash, insertArtifact, rowOf, valuesOf } from "./artifact-row.ts";
import type { AuditEvent } from "./audit-event-store.ts";
import { auditJson, insertAuditEvents } from "./audit-row.ts";
import { centralSessionFrom } from "./central-session-row.ts";
import { MachineTokens } from "./machine-tokens.ts";
import type {
  ArtifactName,
  FoundArtifact,
  GrantInUse,
  OidcArtifact,
  OidcArtifactStore,
} from "./oidc-artifact-store.ts";
import { personFrom } from "./person-row.ts";
import type { Pool } from "./postgres-connection.ts";
import { jsonText } from "./postgres-input.ts";
import { sweepStatement } from "./sweep-statement.ts";

/** Replaces payload, grant and life of an existing artifact; a consumed one stays consumed. */
const upsertArtifact = `${insertArtifact}
  ON CONFLICT (hash) DO UPDATE SET payload = excluded.payload, person_id = excluded.person_id,
    grant_hash = excluded.grant_hash, expires_at = excluded.expires_at`;

/** Replaces an expired row that has not been deleted yet. */
const addArtifact = `${insertArtifact}
  ON CONFLICT (hash) DO UPDATE SET expires_at = excluded.expires_at WHERE oidc_artifacts.expires_at <= hub_now()`;

const findUserCode = `${findLivingArtifacts} AND a.user_code_hash = $1`;

/** Of concurrent attempts exactly one updates the row. */
const consumeArtifact = `
  UPDATE oidc_artifacts SET consumed_at = hub_now() WHERE hash = $1 AND consumed_at IS NULL`;

/**
 * A second attempt waits for the row, finds it consumed and deletes the grant, and with it what the first attempt stored.
 *
 * The user is locked before the row, as by the foreign key of what is stored: whoever ends the user's artifacts locks the user
 * first, and the other order could deadlock.
 *
 * @see RFC 6749, section 4.1.2
 */
const consumeAndKeep = `
  WITH new AS (
    SELECT * FROM jsonb_to_recordset($2::jsonb) AS new (hash text, kind text, payload jsonb, person_id uuid, client_id text,
      grant_hash text, session_uid uuid, life_seconds float8)
  ), locked AS (
    SELECT FROM users WHERE id IN (SELECT person_id FROM new) FOR KEY SHARE
  ), consumed AS (
    UPDATE oidc_artifacts SET consumed_at = hub_now()
    WHERE hash = $1::text AND consumed_at IS NULL AND (SELECT count(*) FROM locked) >= 0 RETURNING hash
  ), ended AS (
    DELETE FROM oidc_artifacts WHERE $1::text IS NOT NULL AND NOT EXISTS (SELECT FROM consumed)
      AND hash = (SELECT grant_hash FROM oidc_artifacts WHERE hash = $1::text)
  ), kept AS (
    INSERT INTO oidc_artifacts (hash, kind, payload, person_id, client_id, grant_hash, session_id, expires_at)
    SELECT hash, kind, payload, person_id, client_id, grant_hash,
      (SELECT id FROM sessions WHERE uid = session_uid AND ended_at IS NULL),
      hub_now() + make_interval(secs => life_seconds)
    FROM new WHERE $1::text IS NULL OR EXISTS (SELECT FROM consumed)
  ), audited AS (${insertAuditEvents("$3", "$1::text IS NULL OR EXISTS (SELECT FROM consumed)")}
  )
  SELECT $1::text IS NULL OR EXISTS (SELECT FROM consumed) AS won`;

const grantsInUse = `
  SELECT g.client_id, g.payload, g.created_at, t.refreshed_at FROM oidc_artifacts g
  LEFT JOIN LATERAL (
    SELECT max(t.created_at) AS refreshed_at, bool_or(t.consumed_at IS NULL AND t.expires_at > hub_now()) AS lives
    FROM oidc_artifacts t WHERE t.grant_hash = g.hash AND t.kind = 'RefreshToken'
  ) t ON true
  WHERE g.person_id = $1 AND g.kind = 'Grant' AND g.client_id IS NOT NULL AND g.expires_at > hub_now()
    AND (g.hash = ANY($2) OR t.lives)
  ORDER BY g.created_at DESC, g.hash`;

const revokeByGrant = "DELETE FROM oidc_artifacts WHERE kind = $1 AND grant_hash = $2";

const sweepArtifacts = sweepStatement("oidc_artifacts", "expires_at < hub_now() - interval '1 hour'");

interface GrantRow {
  readonly client_id: string;
  readonly payload: GrantInUse["payload"];
  readonly created_at: Date;
  readonly refreshed_at: Date | null;
}

/** Codes, tokens and grants in PostgreSQL, one prepared statement per operation. */
export class PostgresOidcArtifactStore implements OidcArtifactStore {
  readonly #pool: Pool;
  readonly #reads: ArtifactReads;
  readonly #machineTokens: MachineTokens;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#reads = new ArtifactReads(pool);
    this.#machineTokens = new MachineTokens(pool);
  }

  async upsert(id: string, artifact: OidcArtifact): Promise<void> {
    const values = valuesOf(id, artifact);
    await this.#pool.query({ name: "oidc-upsert", text: upsertArtifact, values });
  }

  async change(id: string, { kind, payload, lifeSeconds }: OidcArtifact): Promise<boolean> {
    const values = [hashOf(kind, id), jsonText(payload), lifeSeconds];
    return (await this.#pool.query({ name: "oidc-change", text: changeArtifact, values })).rowCount === 1;
  }

  async add(id: string, artifact: OidcArtifact): Promise<boolean> {
    const values = valuesOf(id, artifact);
    const { rowCount } = await this.#pool.query({ name: "oidc-add", text: addArtifact, values });
    return rowCount === 1;
  }

  async find(kind: string, id: string): Promise<FoundArtifact | null> {
    const row = await this.#reads.find(hashOf(kind, id));
    return row ? foundFrom(row) : null;
  }

  async findByUserCode(userCode: string): Promise<(FoundArtifact & { readonly id: string }) | null> {
    const [row] = await this.#rows("oidc-user-code", findUserCode, [hashOf("UserCode", userCode)]);
    return row ? { id: idOfHash(row.hash), ...foundFrom(row) } : null;
  }

  async consume(kind: string, id: string): Promise<boolean> {
    const values = [hashOf(kind, id)];
    const { rowCount } = await this.#pool.query({ name: "oidc-consume", text: consumeArtifact, values });
    return rowCount === 1;
  }

  async consumeAndKeep(
    consumed: ArtifactName | null,
    kept: readonly { readonly id: string; readonly artifact: OidcArtifact }[],
    event?: AuditEvent,
  ): Promise<boolean> {
    const events = event === undefined ? [] : [event];
    const rowsKept = kept.map(({ id, artifact }) => rowOf(id, artifact));
    if (consumed === null && rowsKept.every(({ kind }) => kind === "ClientCredentials")) {
      await this.#machineTokens.write(rowsKept, events);
      return true;
    }
    const values = [
      consumed === null ? null : hashOf(consumed.kind, consumed.id),
      jsonText(rowsKept),
      auditJson(events),
    ];
    const query = { name: "oidc-consume-and-keep", text: consumeAndKeep, values };
    const { rows } = await this.#pool.query<{ won: boolean }>(query);
    return rows[0]?.won === true;
  }

  async destroy(kind: string, id: string): Promise<boolean> {
    const values = [hashOf(kind, id)];
    const text = "DELETE FROM oidc_artifacts WHERE hash = $1";
    return (await this.#pool.query({ name: "oidc-destroy", text, values })).rowCount === 1;
  }

  async grantsInUse(personId: string, held: readonly string[]): Promise<readonly GrantInUse[]> {
    const values = [personId, held.map((id) => hashOf("Grant", id))];
    const { rows } = await this.#pool.query<GrantRow>(grantsInUse, values);
    return rows.map((row) => ({
      clientId: row.client_id,
      payload: row.payload,
      since: row.created_at,
      refreshedAt: row.refreshed_at,
    }));
  }

  async revokeByGrant(kind: string, grantId: string): Promise<void> {
    const values = [kind, hashOf("Grant", grantId)];
    await this.#pool.query({ name: "oidc-revoke", text: revokeByGrant, values });
  }

  async sweep(limit: number): Promise<number> {
    const { rowCount } = await this.#pool.query({
      name: "oidc-sweep",
      text: sweepArtifacts,
      values: [limit],
    });
    return rowCount ?? 0;
  }

  async #rows(name: string, text: string, values: unknown[]): Promise<ArtifactRow[]> {
    return (await this.#pool.query<ArtifactRow>({ name, text, values })).rows;
  }
}

function foundFrom(row: ArtifactRow): FoundArtifact {
  const { payload, consumed_at, created_at, grant_payload } = row;
  return {
    payload,
    consumedAt: consumed_at,
    createdAt: created_at,
    grant: grant_payload,
    session: row.has_session ? centralSessionFrom(row) : null,
    person: (row.id as string | null) === null ? null : personFrom(row),
  };
}
