import {
  type AppPassword,
  type AppPasswordCreation,
  type AppPasswordStore,
  type FoundAppPassword,
  mostAppPasswords,
} from "./app-password-store.ts";
import type { AuditActor, AuditEvent } from "./audit-event-store.ts";
import { writeAuditEvent, writeAuditEvents } from "./audit-row.ts";
import { type PersonRow, personFrom } from "./person-row.ts";
import { PersonGone } from "./person-store.ts";
import type { Pool, PoolClient } from "./postgres-connection.ts";
import { isUuid, withoutNul } from "./postgres-input.ts";
import { sweepStatement } from "./sweep-statement.ts";
import { tokenHash } from "./token-hash.ts";
import { inTransaction, lockPerson } from "./transaction.ts";

const columns = `
  a.id, a.name, a.scopes, a.created_at, a.expires_at, a.last_used_at, a.expires_at <= hub_now() AS expired`;

const addAppPassword = `
  INSERT INTO app_passwords AS a (id, hash, person_id, name, scopes, expires_at)
  SELECT $1, $2, $3, $4, $5, hub_now() + make_interval(secs => $6)
  WHERE $7 > (SELECT count(*) FROM app_passwords WHERE person_id = $3 AND expires_at > hub_now())
  ON CONFLICT (id) DO NOTHING
  RETURNING ${columns}`;

const listAppPasswords = `
  SELECT ${columns} FROM app_passwords a WHERE a.person_id = $1 ORDER BY a.created_at DESC, a.id`;

/** Looks up by hash, so that the time does not reveal whether the user exists. */
const findAppPassword = `
  WITH found AS (
    SELECT ${columns}, u.id AS person_id, u.username, u.name AS person_name, u.email,
      u.email_verified AS "emailVerified", u.image, u.operator, u.groups, u.disabled_at AS "disabledAt",
      u.deletion_due_at AS "deletionDueAt"
    FROM app_passwords a JOIN users u ON u.id = a.person_id
    WHERE a.hash = $1 AND (u.username = $2 OR u.email = $2)
      AND a.expires_at > hub_now() AND u.disabled_at IS NULL
  ), used AS (
    UPDATE app_passwords a SET last_used_at = hub_now() FROM found
    WHERE a.id = found.id AND (a.last_used_at IS NULL OR a.last_used_at <= hub_now() - interval '1 minute')
  )
  SELECT * FROM found`;

const revokeAppPassword = "DELETE FROM app_passwords WHERE id = $1 AND person_id = $2 RETURNING name";

const sweepAppPasswords = sweepStatement("app_passwords", "expires_at < hub_now() - interval '30 days'");

interface AppPasswordRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
  readonly expired: boolean;
}

type FoundRow = AppPasswordRow &
  Omit<PersonRow, "id" | "name"> & {
    readonly person_id: string;
    readonly person_name: string | null;
  };

/** App passwords in PostgreSQL, as hashes. */
export class PostgresAppPasswordStore implements AppPasswordStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async create(newAppPassword: Parameters<AppPasswordStore["create"]>[0]): Promise<AppPasswordCreation> {
    return inTransaction(this.#pool, (client) => add(client, newAppPassword));
  }

  async listOf(personId: string): Promise<readonly AppPassword[]> {
    const { rows } = await this.#pool.query<AppPasswordRow>({
      name: "app-password-list",
      text: listAppPasswords,
      values: [personId],
    });
    return rows.map(appPasswordFrom);
  }

  async findForUse(identifier: string, secret: string): Promise<FoundAppPassword | null> {
    const { rows } = await this.#pool.query<FoundRow>({
      name: "app-password-find",
      text: findAppPassword,
      values: [tokenHash("AP", secret), withoutNul(identifier.toLowerCase())],
    });
    return rows[0]
      ? {
          appPassword: appPasswordFrom(rows[0]),
          person: personFrom({ ...rows[0], id: rows[0].person_id, name: rows[0].person_name }),
        }
      : null;
  }

  async revoke(
    { id, personId }: { readonly id: string; readonly personId: string },
    event?: AuditEvent,
  ): Promise<string | null> {
    if (!isUuid(id)) return null;
    return inTransaction(this.#pool, async (client) => {
      const { rows } = await client.query<{ readonly name: string }>(revokeAppPassword, [id, personId]);
      const revoked = rows[0];
      if (revoked === undefined) return null;
      await writeAuditEvent(client, event && { ...event, facts: { ...event.facts, name: revoked.name } });
      return revoked.name;
    });
  }

  async revokeAll(personId: string, by: AuditActor): Promise<number> {
    return inTransaction(this.#pool, async (client) => {
      const revoked = await client.query<{ name: string }>(
        "DELETE FROM app_passwords WHERE person_id = $1 RETURNING name",
        [personId],
      );
      const event = { kind: "app-password-revoked", actor: by, personId };
      await writeAuditEvents(
        client,
        revoked.rows.map(({ name }) => ({ ...event, facts: { name } })),
      );
      return revoked.rows.length;
    });
  }

  async sweep(limit: number): Promise<number> {
    const { rowCount } = await this.#pool.query({
      name: "app-password-sweep",
      text: sweepAppPasswords,
      values: [limit],
    });
    return rowCount ?? 0;
  }
}

/** Two statements, because only one that begins after the lock sees concurrent additions. */
async function add(
  client: PoolClient,
  newAppPassword: Parameters<AppPasswordStore["create"]>[0],
): Promise<AppPasswordCreation> {
  if (!(await lockPerson(client, newAppPassword.personId))) throw new PersonGone();
  const { rows } = await client.query<AppPasswordRow>(addAppPassword, [
    newAppPassword.id,
    tokenHash("AP", newAppPassword.secret),
    newAppPassword.personId,
    withoutNul(newAppPassword.name),
    newAppPassword.scopes,
    newAppPassword.lifeSeconds,
    mostAppPasswords,
  ]);
  if (rows[0]) {
    await writeAuditEvent(client, newAppPassword.event);
    return { outcome: "made", appPassword: appPasswordFrom(rows[0]) };
  }
  const { rowCount } = await client.query("SELECT FROM app_passwords WHERE id = $1", [newAppPassword.id]);
  return { outcome: rowCount === 1 ? "made-already" : "too-many" };
}

function appPasswordFrom(row: AppPasswordRow): AppPassword {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    expired: row.expired,
  };
}
