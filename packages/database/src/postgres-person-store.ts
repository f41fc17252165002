import type { AdapterUser, AuthAdapter } from "./auth-adapter.ts";
import type { Person } from "./central-session-store.ts";
import { PersonExists, type PersonStore, type PersonWithPassword } from "./person-store.ts";
import type { Pool } from "./postgres-connection.ts";
import { isUuid, withoutNul } from "./postgres-input.ts";
import { isUniqueViolation } from "./prisma-client.ts";
import { inTransaction } from "./transaction.ts";

/** Prepared, because every sign-in runs it; through Prisma it would be 5 % of the whole. */
const findForSignIn = `
  SELECT u.id, u.username, u.name, u.email, u.operator, u.groups, u.disabled_at AS "disabledAt", p.hash
  FROM users u LEFT JOIN password_credentials p ON p.user_id = u.id
  WHERE u.username = $1 OR u.email = $1`;

const listAll = `
  SELECT id, username, name, email, operator, groups, disabled_at AS "disabledAt" FROM users ORDER BY username`;

const setDisabled = `
  UPDATE users SET disabled_at = CASE WHEN $2 THEN coalesce(disabled_at, hub_now()) END WHERE id = $1`;

const setPassword = `
  INSERT INTO password_credentials (user_id, hash) VALUES ($1, $2)
  ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_at = hub_now()`;

/** Queues a logout for each site, as every end of a session does. */
const endAllSessions = `
  SELECT end_sessions(ARRAY(SELECT id FROM sessions WHERE user_id = $1 AND ended_at IS NULL), 'disabled')`;

/** Row of the adapter and of our own statements. */
type User = Pick<AdapterUser, "id" | "name" | "email"> & {
  readonly username: string;
  readonly operator: boolean;
  readonly groups: readonly string[];
  readonly disabledAt: Date | null;
};

/** Users in PostgreSQL, through Auth.js's adapter where it has the operation. */
export class PostgresPersonStore implements PersonStore {
  readonly #pool: Pool;
  readonly #adapter: AuthAdapter;

  constructor(pool: Pool, adapter: AuthAdapter) {
    this.#pool = pool;
    this.#adapter = adapter;
  }

  async findForSignIn(identifier: string): Promise<PersonWithPassword | null> {
    const name = withoutNul(identifier.toLowerCase());
    const { rows } = await this.#pool.query<User & { readonly hash: string | null }>({
      name: "person-for-sign-in",
      text: findForSignIn,
      values: [name],
    });
    return rows[0] ? { person: personFrom(rows[0]), passwordHash: rows[0].hash } : null;
  }

  async findById(id: string): Promise<Person | null> {
    const user = isUuid(id) ? await this.#adapter.getUser(id) : null;
    return user && personFrom(user as AdapterUser & User);
  }

  async list(): Promise<readonly Person[]> {
    return (await this.#pool.query<User>(listAll)).rows.map(personFrom);
  }

  async create(person: Parameters<PersonStore["create"]>[0]): Promise<Person> {
    const { passwordHash, ...fields } = person;
    const user = {
      ...fields,
      username: fields.username.toLowerCase(),
      email: fields.email.toLowerCase(),
      emailVerified: null,
      // The adapter passes the data to Prisma unchanged, which writes user and password in one transaction.
      ...(passwordHash === null ? {} : { password: { create: { hash: passwordHash } } }),
    };
    try {
      return personFrom(
        (await this.#adapter.createUser(user as unknown as AdapterUser)) as AdapterUser & User,
      );
    } catch (error) {
      throw isUniqueViolation(error) ? new PersonExists({ cause: error }) : error;
    }
  }

  async setPasswordHash(personId: string, passwordHash: string): Promise<void> {
    await this.#pool.query(setPassword, [personId, passwordHash]);
  }

  async setGroups(personId: string, groups: readonly string[]): Promise<void> {
    await this.#pool.query("UPDATE users SET groups = $2 WHERE id = $1", [personId, groups.map(withoutNul)]);
  }

  async setDisabled(personId: string, disabled: boolean): Promise<void> {
    await this.#pool.query(setDisabled, [personId, disabled]);
  }

  async remove(personId: string): Promise<void> {
    if (!isUuid(personId)) return;
    await inTransaction(this.#pool, async (client) => {
      // The lock keeps a session from starting after the others were ended: its sites would never be told.
      await client.query("SELECT FROM users WHERE id = $1 FOR UPDATE", [personId]);
      await client.query(endAllSessions, [personId]);
      await client.query("DELETE FROM users WHERE id = $1", [personId]);
    });
  }
}

function personFrom(user: User): Person {
  return {
    id: user.id,
    username: user.username,
    name: user.name ?? user.username,
    email: user.email,
    operator: user.operator,
    groups: user.groups,
    disabled: user.disabledAt !== null,
  };
}
