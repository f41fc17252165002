import type { Person } from "./central-session-store.ts";
import type { MakeRecord, RecordedChanges } from "./change-record.ts";
import { type PersonRow, personColumns, personFrom, personSelection } from "./person-row.ts";
import {
  type ListedPerson,
  type NewPassword,
  PersonExists,
  PersonGone,
  type PersonStore,
  type PersonWithPassword,
} from "./person-store.ts";
import type { Pool } from "./postgres-connection.ts";
import { isUuid, withoutNul } from "./postgres-input.ts";
import {
  isUniqueViolation,
  type PrismaClient,
  type PrismaTransaction,
  type Sql,
  sql,
} from "./prisma-client.ts";
import { endAllSessions, isInvited, lockPerson, writePassword } from "./prisma-statements.ts";

/** Prepared, because every sign-in runs it; through Prisma it would be 5 % of the whole. */
const findForSignIn = `
  SELECT ${personSelection}, p.hash, coalesce(p.must_change, false) AS "mustChange", has_factor(u.id) AS "hasFactor"
  FROM users u LEFT JOIN password_credentials p ON p.user_id = u.id
  WHERE u.username = $1 OR u.email = $1`;

const listPeople = `
  SELECT ${personSelection}, is_invited(u.id) AS "isInvited" FROM users u ORDER BY u.username`;

interface SignInRow extends PersonRow {
  readonly hash: string | null;
  readonly mustChange: boolean;
  readonly hasFactor: boolean;
}

/** Users in PostgreSQL, through Prisma. */
export class PostgresPersonStore implements PersonStore {
  readonly #pool: Pool;
  readonly #prisma: PrismaClient;
  readonly #changes: RecordedChanges;

  constructor(pool: Pool, prisma: PrismaClient, changes: RecordedChanges) {
    this.#pool = pool;
    this.#prisma = prisma;
    this.#changes = changes;
  }

  async findForSignIn(identifier: string): Promise<PersonWithPassword | null> {
    const name = withoutNul(identifier.toLowerCase());
    const { rows } = await this.#pool.query<SignInRow>({
      name: "person-for-sign-in",
      text: findForSignIn,
      values: [name],
    });
    const [row] = rows;
    if (row === undefined) return null;
    const { hash, mustChange, hasFactor } = row;
    return { person: personFrom(row), passwordHash: hash, mustChange, hasFactor };
  }

  async findById(id: string): Promise<Person | null> {
    if (!isUuid(id)) return null;
    const user = await this.#prisma.user.findUnique({ where: { id }, select: personColumns });
    return user && personFrom(user);
  }

  async isInvited(id: string): Promise<boolean> {
    return isUuid(id) && isInvited(this.#prisma, id);
  }

  async list(): Promise<readonly ListedPerson[]> {
    const rows =
      await this.#prisma.$queryRawUnsafe<(PersonRow & Pick<ListedPerson, "isInvited">)[]>(listPeople);
    return rows.map((row) => ({ ...personFrom(row), isInvited: row.isInvited }));
  }

  async create(person: Parameters<PersonStore["create"]>[0]): Promise<Person> {
    const { password, groups = [], ...fields } = person;
    const data = {
      ...fields,
      username: fields.username.toLowerCase(),
      email: fields.email.toLowerCase(),
      groups: [...groups],
      // Prisma writes user and password in one transaction.
      ...(password === null ? {} : { password: { create: { ...password } } }),
    };
    try {
      return personFrom(await this.#prisma.user.create({ data, select: personColumns }));
    } catch (error) {
      throw isUniqueViolation(error) ? new PersonExists({ cause: error }) : error;
    }
  }

  async setPassword(personId: string, password: NewPassword): Promise<void> {
    await this.#prisma.$transaction(async (transaction) => {
      if (!(await lockPerson(transaction, personId))) throw new PersonGone();
      if (!(await writePassword(transaction, personId, password)))
        throw new Error("the password needs a factor that the user has not");
    });
  }

  async renewHash(
    personId: string,
    { from, to }: { readonly from: string; readonly to: string },
  ): Promise<boolean> {
    const { count } = await this.#prisma.passwordCredential.updateMany({
      where: { userId: personId, hash: from },
      data: { hash: to },
    });
    return count === 1;
  }

  async setGroups(personId: string, groups: readonly string[]): Promise<void> {
    const data = { groups: groups.map(withoutNul) };
    await this.#prisma.user.updateMany({ where: { id: personId }, data });
  }

  async setDisabled(personId: string, disabled: boolean): Promise<void> {
    await this.#prisma.$executeRaw`
      WITH ended AS (DELETE FROM pending_sign_ins WHERE person_id = ${personId}::uuid AND ${disabled})
      UPDATE users SET disabled_at = CASE WHEN ${disabled} THEN coalesce(disabled_at, hub_now()) END
      WHERE id = ${personId}::uuid`;
  }

  async noteFirstSignIn(personId: string): Promise<boolean> {
    const noted = await this.#prisma.$executeRaw`
      UPDATE users SET first_sign_in_at = hub_now() WHERE id = ${personId}::uuid AND first_sign_in_at IS NULL`;
    return noted === 1;
  }

  async remove(personId: string): Promise<boolean> {
    return this.#prisma.$transaction((transaction) => removeLocked(transaction, personId, sql`true`));
  }

  async removeDue(personId: string, record: MakeRecord): Promise<boolean> {
    return this.#changes.transaction(async (transaction, write) => {
      const removed = await removeLocked(transaction, personId, sql`deletion_due_at <= hub_now()`);
      if (removed) await write(record());
      return removed;
    });
  }
}

async function removeLocked(
  transaction: PrismaTransaction,
  personId: string,
  condition: Sql,
): Promise<boolean> {
  if (!isUuid(personId)) return false;
  // The lock keeps a session from starting after the others were ended: its sites would never be told.
  const locked = await transaction.$executeRaw`
    SELECT FROM users WHERE id = ${personId}::uuid AND ${condition} FOR UPDATE`;
  if (locked === 0) return false;
  await endAllSessions(transaction, personId, "disabled");
  await transaction.user.deleteMany({ where: { id: personId } });
  return true;
}
