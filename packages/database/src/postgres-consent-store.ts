import type { Consent, ConsentStore, FoundConsent } from "./consent-store.ts";
import { isUuid } from "./is-uuid.ts";
import type { Pool } from "./postgres-pool.ts";
import { sweepStatement } from "./sweep-statement.ts";

const give = `
  INSERT INTO consents (person_id, client_id, scopes, resources, expires_at)
  VALUES ($1, $2, $3, $4, hub_now() + make_interval(secs => $5))
  ON CONFLICT (person_id, client_id) DO UPDATE SET scopes = excluded.scopes, resources = excluded.resources,
    given_at = hub_now(), expires_at = excluded.expires_at`;

const columns = "person_id, client_id, scopes, resources, given_at, expires_at, uses";
const findOne = `SELECT ${columns} FROM consents WHERE person_id = $1 AND client_id = $2 AND expires_at > hub_now()`;
const listOf = `
  SELECT ${columns} FROM consents WHERE person_id = $1 AND expires_at > hub_now() ORDER BY given_at DESC, client_id`;

const touch = `
  UPDATE consents SET uses = uses || jsonb_build_object($3::text, hub_now())
  WHERE person_id = $1 AND client_id = $2
    AND coalesce((uses->>$3)::timestamptz, '-infinity') <= hub_now() - interval '60 seconds'`;

/** One statement: between the consent and the grants that stand on it nobody sees half of it. */
const takeBack = `
  WITH taken AS (
    DELETE FROM consents WHERE person_id = $1 AND client_id = $2 RETURNING client_id
  ), ended AS (
    DELETE FROM oidc_artifacts WHERE person_id = $1 AND client_id = $2
  )
  SELECT FROM taken`;

const takeBackAll = `
  WITH taken AS (
    DELETE FROM consents WHERE person_id = $1 RETURNING client_id
  ), ended AS (
    DELETE FROM oidc_artifacts WHERE person_id = $1
  )
  SELECT FROM taken`;

const sweep = sweepStatement("consents", "expires_at < hub_now() - interval '1 hour'");

interface ConsentRow {
  readonly person_id: string;
  readonly client_id: string;
  readonly scopes: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
  readonly given_at: Date;
  readonly expires_at: Date;
  readonly uses: Readonly<Record<string, string>>;
}

/** Consents in PostgreSQL. */
export class PostgresConsentStore implements ConsentStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async give({ personId, clientId, scopes, resources }: Consent, lifeSeconds: number): Promise<void> {
    await this.#pool.query(give, [personId, clientId, scopes, JSON.stringify(resources), lifeSeconds]);
  }

  async find(personId: string, clientId: string): Promise<FoundConsent | null> {
    const values = [personId, clientId];
    const { rows } = await this.#pool.query<ConsentRow>({ name: "consent-find", text: findOne, values });
    return rows[0] ? foundFrom(rows[0]) : null;
  }

  async listOf(personId: string): Promise<readonly FoundConsent[]> {
    if (!isUuid(personId)) return [];
    return (await this.#pool.query<ConsentRow>(listOf, [personId])).rows.map(foundFrom);
  }

  async touch(personId: string, clientId: string, resource: string): Promise<void> {
    const values = [personId, clientId, resource];
    await this.#pool.query({ name: "consent-touch", text: touch, values });
  }

  async takeBack(personId: string, clientId: string): Promise<boolean> {
    return (await this.#pool.query(takeBack, [personId, clientId])).rowCount === 1;
  }

  async takeBackAll(personId: string): Promise<number> {
    return (await this.#pool.query(takeBackAll, [personId])).rowCount ?? 0;
  }

  async sweep(limit: number): Promise<number> {
    return (await this.#pool.query(sweep, [limit])).rowCount ?? 0;
  }
}

function foundFrom(row: ConsentRow): FoundConsent {
  return {
    personId: row.person_id,
    clientId: row.client_id,
    scopes: row.scopes,
    resources: row.resources,
    givenAt: row.given_at,
    expiresAt: row.expires_at,
    uses: Object.fromEntries(Object.entries(row.uses).map(([resource, at]) => [resource, new Date(at)])),
  };
}
