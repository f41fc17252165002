import type { MakeRecord, RecordedChanges } from "./change-record.ts";
import {
  mostPasskeys,
  type NewPasskey,
  type Passkey,
  type PasskeyAddition,
  type PasskeyRemoval,
  type PasskeyStore,
} from "./passkey-store.ts";
import { type PersonRow, personFrom, personSelection } from "./person-row.ts";
import { PersonGone } from "./person-store.ts";
import type { Pool } from "./postgres-connection.ts";
import { isUuid, withoutNul } from "./postgres-input.ts";
import type { PrismaClient } from "./prisma-client.ts";
import { endTwoSteps, lockPerson, storeFirstRecoveryCodes, writePasskey } from "./prisma-statements.ts";
import { judgeRemoval, type RemovalPolicy } from "./ways-in.ts";

const findForSignIn = `
  SELECT ${personSelection},
    p.id AS "passkeyId", p.name AS "passkeyName", p.public_key AS "publicKey", p.counter, p.transports, p.aaguid,
    p.backup_eligible AS "backupEligible", p.backed_up AS "backedUp", p.created_at AS "createdAt",
    p.last_used_at AS "lastUsedAt"
  FROM passkeys p JOIN users u ON u.id = p.person_id
  WHERE p.id = $1`;

interface SignInRow extends PersonRow, Omit<Passkey, "id" | "personId" | "name" | "counter"> {
  readonly passkeyId: string;
  readonly passkeyName: string;
  readonly counter: string;
}

const recordUse = `
  UPDATE passkeys SET counter = $2, backed_up = $3, last_used_at = hub_now()
  WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0::bigint))`;

/** Passkeys in PostgreSQL, through Prisma; the two statements of a sign-in are prepared (docs/decisions/0032). */
export class PostgresPasskeyStore implements PasskeyStore {
  readonly #pool: Pool;
  readonly #prisma: PrismaClient;
  readonly #changes: RecordedChanges;

  constructor(pool: Pool, prisma: PrismaClient, changes: RecordedChanges) {
    this.#pool = pool;
    this.#prisma = prisma;
    this.#changes = changes;
  }

  async add(
    passkey: NewPasskey,
    recoveryCodes: readonly string[],
    record: Parameters<PasskeyStore["add"]>[2],
  ): Promise<PasskeyAddition> {
    return this.#changes.transaction(async (transaction, write) => {
      if (!(await lockPerson(transaction, passkey.personId))) throw new PersonGone();
      const { personId } = passkey;
      if ((await transaction.passkey.count({ where: { personId } })) >= mostPasskeys) return "too-many";
      if (!(await writePasskey(transaction, passkey))) return "known-already";
      const isFirst = await storeFirstRecoveryCodes(transaction, personId, recoveryCodes);
      const outcome = isFirst ? "added-with-codes" : "added";
      await write(record(outcome));
      return outcome;
    });
  }

  async find(id: string): Promise<Passkey | null> {
    const row = await this.#prisma.passkey.findUnique({ where: { id: withoutNul(id) } });
    return row && { ...row, counter: Number(row.counter) };
  }

  async findForSignIn(id: string) {
    const query = { name: "passkey-for-sign-in", text: findForSignIn, values: [withoutNul(id)] };
    const [row] = (await this.#pool.query<SignInRow>(query)).rows;
    if (row === undefined) return null;
    const { publicKey, transports, aaguid, backupEligible, backedUp, createdAt, lastUsedAt } = row;
    const passkey = {
      id: row.passkeyId,
      personId: row.id,
      name: row.passkeyName,
      publicKey: Uint8Array.from(publicKey),
      counter: Number(row.counter),
      transports,
      aaguid,
      backupEligible,
      backedUp,
      createdAt,
      lastUsedAt,
    };
    return { passkey, person: personFrom(row) };
  }

  async listOf(personId: string): Promise<readonly Passkey[]> {
    if (!isUuid(personId)) return [];
    const rows = await this.#prisma.passkey.findMany({
      where: { personId },
      orderBy: [{ createdAt: "desc" }, { id: "asc" }],
    });
    return rows.map((row) => ({ ...row, counter: Number(row.counter) }));
  }

  async recordUse(
    id: string,
    { counter, backedUp }: { counter: number; backedUp: boolean },
  ): Promise<boolean> {
    const values = [withoutNul(id), counter, backedUp];
    const { rowCount } = await this.#pool.query({ name: "passkey-use", text: recordUse, values });
    return rowCount === 1;
  }

  async rename(
    { id, personId, name }: Pick<Passkey, "id" | "personId" | "name">,
    record: MakeRecord,
  ): Promise<boolean> {
    return this.#changes.transaction(async (transaction, write) => {
      const { count } = await transaction.passkey.updateMany({
        where: { id: withoutNul(id), personId, person: { disabledAt: null } },
        data: { name: withoutNul(name) },
      });
      if (count === 1) await write(record());
      return count === 1;
    });
  }

  async remove(
    passkey: Pick<Passkey, "id" | "personId">,
    policy: RemovalPolicy,
    record: MakeRecord<Pick<Passkey, "name">>,
  ): Promise<PasskeyRemoval> {
    const { personId } = passkey;
    const id = withoutNul(passkey.id);
    return this.#changes.transaction(async (transaction, write) => {
      if (!(await lockPerson(transaction, personId))) return "gone";
      if ((await transaction.passkey.count({ where: { id, personId } })) === 0) return "gone";
      const { lastWay, lastFactor } = await judgeRemoval(transaction, personId, { passkey: id }, policy);
      if (lastWay !== null) return lastWay;
      const removed = await transaction.passkey.delete({ where: { id } });
      if (lastFactor) await endTwoSteps(transaction, personId);
      await write(record(removed));
      return "removed";
    });
  }
}
