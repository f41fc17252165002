import { isUuid } from "./is-uuid.ts";
import type { FoundArtifact, OidcArtifact, OidcArtifactStore } from "./oidc-artifact-store.ts";
import type { Pool } from "./postgres-pool.ts";
import { sweepStatement } from "./sweep-statement.ts";
import { tokenHash } from "./token-hash.ts";

const insertArtifact = `
  INSERT INTO oidc_artifacts (hash, kind, payload, person_id, client_id, grant_hash, user_code_hash, session_id, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7,
    (SELECT id FROM sessions WHERE uid = $8::uuid AND ended_at IS NULL),
    hub_now() + make_interval(secs => $9))`;

/** A new life, payload and grant for what is there already; what was spent stays spent. */
const upsertArtifact = `${insertArtifact}
  ON CONFLICT (hash) DO UPDATE SET payload = excluded.payload, person_id = excluded.person_id,
    grant_hash = excluded.grant_hash, expires_at = excluded.expires_at`;

/** What is past its life and not swept yet gives way. */
const addArtifact = `${insertArtifact}
  ON CONFLICT (hash) DO UPDATE SET expires_at = excluded.expires_at WHERE oidc_artifacts.expires_at <= hub_now()`;

/** Alive, and everything it stands on. */
const living = `
  a.expires_at > hub_now()
  AND (a.grant_hash IS NULL OR EXISTS (
    SELECT FROM oidc_artifacts g WHERE g.hash = a.grant_hash AND g.expires_at > hub_now()
  ))
  AND NOT EXISTS (SELECT FROM users u WHERE u.id = a.person_id AND u.disabled_at IS NOT NULL)
  AND (a.payload->>'sessionUid' IS NULL OR a.payload->>'expiresWithSession' IS DISTINCT FROM 'true' OR EXISTS (
    SELECT FROM sessions s WHERE s.id = a.session_id AND session_end_reason(s, NULL) IS NULL
  ))`;

const findArtifact = `
  SELECT a.payload, a.consumed_at, a.created_at FROM oidc_artifacts a WHERE a.hash = $1 AND ${living}`;

const findUserCode = `
  SELECT a.hash, a.payload, a.consumed_at, a.created_at FROM oidc_artifacts a WHERE a.user_code_hash = $1 AND ${living}`;

/** One statement: of any number of racers the one that writes the time has spent it. */
const consumeArtifact = `
  UPDATE oidc_artifacts SET consumed_at = hub_now() WHERE hash = $1 AND consumed_at IS NULL`;

const revokeByGrant = "DELETE FROM oidc_artifacts WHERE kind = $1 AND grant_hash = $2";

const sweepArtifacts = sweepStatement("oidc_artifacts", "expires_at < hub_now() - interval '1 hour'");

/** How an id that is known by its hash alone is written. No id of oidc-provider's has such a sign. */
const byHash = "#";

interface ArtifactRow {
  readonly hash: string;
  readonly payload: Record<string, unknown>;
  readonly consumed_at: Date | null;
  readonly created_at: Date;
}

/** Codes, tokens and grants in PostgreSQL, each in one statement, prepared. */
export class PostgresOidcArtifactStore implements OidcArtifactStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async upsert(id: string, artifact: OidcArtifact): Promise<void> {
    const values = valuesOf(id, artifact);
    await this.#pool.query({ name: "oidc-upsert", text: upsertArtifact, values });
  }

  async add(id: string, artifact: OidcArtifact): Promise<boolean> {
    const values = valuesOf(id, artifact);
    const { rowCount } = await this.#pool.query({ name: "oidc-add", text: addArtifact, values });
    return rowCount === 1;
  }

  async find(kind: string, id: string): Promise<FoundArtifact | null> {
    const [row] = await this.#rows("oidc-find", findArtifact, [hashOf(kind, id)]);
    return row ? foundFrom(row) : null;
  }

  async findByUserCode(userCode: string): Promise<(FoundArtifact & { readonly id: string }) | null> {
    const [row] = await this.#rows("oidc-user-code", findUserCode, [hashOf("UserCode", userCode)]);
    return row ? { id: byHash + row.hash, ...foundFrom(row) } : null;
  }

  async consume(kind: string, id: string): Promise<boolean> {
    const values = [hashOf(kind, id)];
    const { rowCount } = await this.#pool.query({ name: "oidc-consume", text: consumeArtifact, values });
    return rowCount === 1;
  }

  async destroy(kind: string, id: string): Promise<void> {
    const values = [hashOf(kind, id)];
    const text = "DELETE FROM oidc_artifacts WHERE hash = $1";
    await this.#pool.query({ name: "oidc-destroy", text, values });
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

function valuesOf(id: string, artifact: OidcArtifact): unknown[] {
  const { kind, payload, personId, grantId, userCode, sessionUid } = artifact;
  return [
    hashOf(kind, id),
    kind,
    JSON.stringify(payload),
    personId !== undefined && isUuid(personId) ? personId : null,
    artifact.clientId ?? null,
    grantId === undefined ? null : hashOf("Grant", grantId),
    userCode === undefined ? null : hashOf("UserCode", userCode),
    sessionUid !== undefined && isUuid(sessionUid) ? sessionUid : null,
    artifact.lifeSeconds,
  ];
}

function foundFrom({ payload, consumed_at, created_at }: ArtifactRow): FoundArtifact {
  return { payload, consumedAt: consumed_at, createdAt: created_at };
}

function hashOf(kind: string, id: string): string {
  return id.startsWith(byHash) ? id.slice(byHash.length) : tokenHash(`oidc:${kind}`, id);
}
