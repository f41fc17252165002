import {
  type AppPassword,
  type AppPasswordCreation,
  type AppPasswordStore,
  type FoundAppPassword,
  mostAppPasswords,
} from "./app-password-store.ts";
import type { AuditActor } from "./audit-event-store.ts";
import type { MakeRecord, RecordedChanges } from "./change-record.ts";
import { type PersonRow, personFrom, personSelection } from "./person-row.ts";
import { PersonGone } from "./person-store.ts";
import type { Pool } from "./postgres-connection.ts";
import { isUuid, withoutNul } from "./postgres-input.ts";
import type { PrismaTransaction } from "./prisma-client.ts";
import { lockPerson } from "./prisma-statements.ts";
import { sweepStatement } from "./sweep-statement.ts";
import { tokenHash } from "./token-hash.ts";

const columns = `
  a.id AS app_password_id, a.name AS app_password_name, a.scopes, a.created_at, a.expires_at, a.last_used_at, a.expires_at <= hub_now() AS expired`;

const addAppPassword = `
  INSERT INTO app_passwords AS a (id, hash, person_id, name, scopes, expires_at)
  SELECT $1::uuid, $2, $3::uuid, $4, $5::text[], hub_now() + make_interval(secs => $6::float8)
  WHERE $7 > (SELECT count(*) FROM app_passwords WHERE person_id = $3::uuid AND expires_at > hub_now())
  ON CONFLICT (id) DO NOTHING
  RETURNING ${columns}`;

const listAppPasswords = `
  SELECT ${columns} FROM app_passwords a WHERE a.person_id = $1 ORDER BY a.created_at DESC, a.id`;

/** Looks up by hash, so that the time does not reveal whether the user exists. */
const findAppPassword = `
  WITH found AS (
    SELECT ${columns}, ${personSelection}
    FROM app_passwords a JOIN users u ON u.id = a.person_id
    WHERE a.hash = $1 AND (u.username = $2 OR u.email = $2)
      AND a.expires_at > hub_now() AND u.disabled_at IS NULL
  ), used AS (
    UPDATE app_passwords a SET last_used_at = hub_now() FROM found
    WHERE a.id = found.app_password_id AND (a.last_used_at IS NULL OR a.last_used_at <= hub_now() - interval '1 minute')
  )
  SELECT * FROM found`;

const sweepAppPasswords = sweepStatement("app_passwords", "expires_at < hub_now() - interval '30 days'");

interface AppPasswordRow {
  readonly app_password_id: string;
  readonly app_password_name: string;
  readonly scopes: readonly string[];
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
  readonly expired: boolean;
}

type FoundRow = AppPasswordRow & PersonRow;

/** App passwords in PostgreSQL, as hashes. */
export class PostgresAppPasswordStore implements AppPasswordStore {
  readonly #pool: Pool;
  readonly #changes: RecordedChanges;

  constructor(pool: Pool, changes: RecordedChanges) {
    this.#pool = pool;
    this.#changes = changes;
  }

  async create(
    newAppPassword: Parameters<AppPasswordStore["create"]>[0],
    record: MakeRecord,
  ): Promise<AppPasswordCreation> {
    return this.#changes.transaction((transaction, write) =>
      add(transaction, newAppPassword, () => write(record())),
    );
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
    return rows[0] ? { appPassword: appPasswordFrom(rows[0]), person: personFrom(rows[0]) } : null;
  }

  async revoke(
    { id, personId }: { readonly id: string; readonly personId: string },
    record: MakeRecord<Pick<AppPassword, "name">>,
  ): Promise<string | null> {
    if (!isUuid(id)) return null;
    return this.#changes.transaction(async (transaction, write) => {
      const [revoked] = await transaction.$queryRaw<{ readonly name: string }[]>`
        DELETE FROM app_passwords WHERE id = ${id}::uuid AND person_id = ${personId}::uuid RETURNING name`;
      if (revoked === undefined) return null;
      await write(record(revoked));
      return revoked.name;
    });
  }

  async revokeAll(personId: string, by: AuditActor): Promise<number> {
    return this.#changes.transaction(async (transaction, write) => {
      const revoked = await transaction.$queryRaw<{ readonly name: string }[]>`
        DELETE FROM app_passwords WHERE person_id = ${personId}::uuid RETURNING name`;
      const event = { kind: "app-password-revoked", actor: by, personId };
      await write({ events: revoked.map(({ name }) => ({ ...event, facts: { name } })) });
      return revoked.length;
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
  transaction: PrismaTransaction,
  { id, personId, secret, name, scopes, lifeSeconds }: Parameters<AppPasswordStore["create"]>[0],
  write: () => Promise<void>,
): Promise<AppPasswordCreation> {
  if (!(await lockPerson(transaction, personId))) throw new PersonGone();
  const [made] = await transaction.$queryRawUnsafe<AppPasswordRow[]>(
    addAppPassword,
    id,
    tokenHash("AP", secret),
    personId,
    withoutNul(name),
    scopes,
    lifeSeconds,
    mostAppPasswords,
  );
  if (made !== undefined) {
    await write();
    return { outcome: "made", appPassword: appPasswordFrom(made) };
  }
  const known = await transaction.appPassword.count({ where: { id } });
  return { outcome: known === 1 ? "made-already" : "too-many" };
}

function appPasswordFrom(row: AppPasswordRow): AppPassword {
  return {
    id: row.app_password_id,
    name: row.app_password_name,
    scopes: row.scopes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    expired: row.expired,
  };
}
