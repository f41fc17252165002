import type { AuditActor, AuditEvent } from "./audit-event-store.ts";
import { writeAuditEvents } from "./audit-row.ts";
import type { ConsentStore, FoundConsent } from "./consent-store.ts";
import type { ConsentChange } from "./decision-store.ts";
import type { Pool, PoolClient } from "./postgres-connection.ts";
import { isUuid } from "./postgres-input.ts";
import { sweepStatement } from "./sweep-statement.ts";
import { inTransaction, lockPermissions } from "./transaction.ts";

const give = `
  INSERT INTO consents (person_id, client_id, scopes, resources, expires_at)
  VALUES ($1, $2, $3, $4, hub_now() + make_interval(secs => $5))
  ON CONFLICT (person_id, client_id) DO UPDATE SET scopes = excluded.scopes, resources = excluded.resources,
    given_at = hub_now(), expires_at = excluded.expires_at`;

/** Shortens grants of a device or an earlier session to the duration of the newest answer. */
const shortenGrants = `
  UPDATE oidc_artifacts SET expires_at = hub_now() + make_interval(secs => $3)
  WHERE person_id = $1 AND client_id = $2 AND kind = 'Grant' AND expires_at > hub_now() + make_interval(secs => $3)`;

const reduce = "UPDATE consents SET scopes = $3, resources = $4 WHERE person_id = $1 AND client_id = $2";

const columns = "person_id, client_id, scopes, resources, given_at, expires_at, uses";
const findOne = `SELECT ${columns} FROM consents WHERE person_id = $1 AND client_id = $2 AND expires_at > hub_now()`;
const listOf = `
  SELECT ${columns} FROM consents WHERE person_id = $1 AND expires_at > hub_now() ORDER BY given_at DESC, client_id`;

const touch = `
  UPDATE consents SET uses = uses || jsonb_build_object($3::text, hub_now())
  WHERE person_id = $1 AND client_id = $2
    AND coalesce((uses->>$3)::timestamptz, '-infinity') <= hub_now() - interval '60 seconds'`;

const deleteConsents =
  "DELETE FROM consents WHERE person_id = $1 AND ($2::text IS NULL OR client_id = $2) RETURNING client_id";
const endArtifacts = `
  DELETE FROM oidc_artifacts WHERE person_id = $1 AND ($2::text IS NULL OR client_id = $2) AND (kind = 'Grant') = $3
  RETURNING client_id`;

const sweep = sweepStatement("consents", "expires_at < hub_now() - interval '1 hour'");

interface ClientRow {
  readonly client_id: string;
}

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

  async revoke(personId: string, clientId: string, event?: AuditEvent): Promise<boolean> {
    return (await this.#revoke(personId, clientId, event)).size > 0;
  }

  async revokeAll(personId: string, by: AuditActor): Promise<number> {
    return (await this.#revoke(personId, null, { kind: "consent-revoked", actor: by, personId })).size;
  }

  async sweep(limit: number): Promise<number> {
    return (await this.#pool.query(sweep, [limit])).rowCount ?? 0;
  }

  /**
   * Waits for a decision in progress, so that its grant is revoked as well.
   *
   * @param clientId `null`: all
   * @param event recorded for each site
   * @returns ids of the sites
   */
  async #revoke(personId: string, clientId: string | null, event?: AuditEvent): Promise<ReadonlySet<string>> {
    return inTransaction(this.#pool, async (client) => {
      await lockPermissions(client, personId);
      const consents = await client.query<ClientRow>(deleteConsents, [personId, clientId]);
      // Grants last, in the order of `consumeAndKeep`, which deletes the grant of a reused code: no deadlock.
      await client.query(endArtifacts, [personId, clientId, false]);
      const grants = await client.query<ClientRow>(endArtifacts, [personId, clientId, true]);
      const revoked = new Set([...consents.rows, ...grants.rows].map(({ client_id }) => client_id));
      const events = event === undefined ? [] : [...revoked].map((siteId) => ({ ...event, siteId }));
      await writeAuditEvents(client, events);
      return revoked;
    });
  }
}

/** Changes the consent as part of a decision, which holds the user's lock. */
export async function changeConsent(
  client: PoolClient,
  personId: string,
  { clientId, asked, given, lifeSeconds }: ConsentChange,
): Promise<void> {
  const { rows } = await client.query<ConsentRow>(findOne, [personId, clientId]);
  const before = rows[0];
  if (lifeSeconds === null) return forget(client, before, asked);
  const scopes = merge(before?.scopes, asked.scopes, given.scopes);
  const resources = { ...before?.resources };
  for (const [resource, added] of Object.entries(given.resources))
    resources[resource] = merge(resources[resource], asked.resources[resource], added);
  await client.query(give, [personId, clientId, scopes, JSON.stringify(resources), lifeSeconds]);
  await client.query(shortenGrants, [personId, clientId, lifeSeconds]);
}

/** Removes scopes decided for only this time from the remembered consent; an empty consent is deleted. */
async function forget(
  client: PoolClient,
  before: ConsentRow | undefined,
  asked: ConsentChange["asked"],
): Promise<void> {
  if (before === undefined) return;
  const scopes = merge(before.scopes, asked.scopes);
  const resources = Object.fromEntries(
    Object.entries(before.resources).map(([resource, kept]) => [
      resource,
      merge(kept, asked.resources[resource]),
    ]),
  );
  const owner = [before.person_id, before.client_id];
  const isEmpty = [scopes, ...Object.values(resources)].every((kept) => kept.length === 0);
  await (isEmpty
    ? client.query(deleteConsents, owner)
    : client.query(reduce, [...owner, scopes, JSON.stringify(resources)]));
}

/** Scopes outside the question stay unchanged. */
function merge(
  before: readonly string[] = [],
  asked: readonly string[] = [],
  given: readonly string[] = [],
): readonly string[] {
  return [...new Set([...before.filter((scope) => !asked.includes(scope)), ...given])];
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
