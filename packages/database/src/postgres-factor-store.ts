import type { AuditActor } from "./audit-event-store.ts";
import type { MakeRecord, RecordedChanges } from "./change-record.ts";
import type { FactorStore, Factors, FactorsRemoved, RemovalFault } from "./factor-store.ts";
import type { Pool } from "./postgres-connection.ts";
import type { PrismaClient, PrismaTransaction } from "./prisma-client.ts";
import {
  distrustEarlierAccess,
  endAllSessions,
  endTwoSteps,
  lockPerson,
  storeFirstRecoveryCodes,
  storeRecoveryCodes,
} from "./prisma-statements.ts";
import { judgeRemoval, type RemovalPolicy } from "./ways-in.ts";

/** One-time codes and recovery codes, mostly through Prisma. */
export class PostgresFactorStore implements FactorStore {
  readonly #pool: Pool;
  readonly #prisma: PrismaClient;
  readonly #changes: RecordedChanges;

  constructor(pool: Pool, prisma: PrismaClient, changes: RecordedChanges) {
    this.#pool = pool;
    this.#prisma = prisma;
    this.#changes = changes;
  }

  async of(personId: string): Promise<Factors> {
    const user = await this.#prisma.user.findUnique({
      where: { id: personId },
      select: {
        totpFactor: { select: { createdAt: true } },
        _count: { select: { passkeys: true, recoveryCodes: true } },
      },
    });
    return {
      codesSince: user?.totpFactor?.createdAt ?? null,
      passkeys: user?._count.passkeys ?? 0,
      recoveryCodes: user?._count.recoveryCodes ?? 0,
    };
  }

  async has(personId: string): Promise<boolean> {
    const text = "SELECT has_factor($1) AS has";
    const { rows } = await this.#pool.query<{ readonly has: boolean }>({
      name: "factor-has",
      text,
      values: [personId],
    });
    return rows[0]?.has === true;
  }

  async sealedSecretOf(personId: string): Promise<string | null> {
    const factor = await this.#prisma.totpFactor.findUnique({
      where: { personId },
      select: { sealed: true },
    });
    return factor?.sealed ?? null;
  }

  async turnOnCodes(factor: Parameters<FactorStore["turnOnCodes"]>[0], record: MakeRecord) {
    const { personId, sealed, step, recoveryCodes, asFirstFactor = false } = factor;
    return this.#changes.transaction(async (transaction, write) => {
      await lockPerson(transaction, personId);
      if (asFirstFactor && (await transaction.passkey.count({ where: { personId } })) > 0) return null;
      const made = await transaction.$executeRaw`
        INSERT INTO totp_factors (person_id, sealed, last_step)
        SELECT id, ${sealed}, ${step}::bigint FROM users WHERE id = ${personId}::uuid AND disabled_at IS NULL
        ON CONFLICT (person_id) DO NOTHING`;
      if (made !== 1) return null;
      await write(record());
      return { recoveryCodesStored: await storeFirstRecoveryCodes(transaction, personId, recoveryCodes) };
    });
  }

  async turnOffCodes(
    personId: string,
    { operatorsNeedFactor }: Pick<RemovalPolicy, "operatorsNeedFactor">,
    record: MakeRecord,
  ): Promise<RemovalFault | null> {
    return this.#changes.transaction(async (transaction, write) => {
      if (!(await lockPerson(transaction, personId))) return "none";
      if ((await transaction.totpFactor.count({ where: { personId } })) === 0) return "none";
      const policy = { operatorsNeedFactor, providers: [] };
      const { lastWay, lastFactor } = await judgeRemoval(transaction, personId, { codes: true }, policy);
      if (lastWay !== null) return lastWay;
      if (lastFactor) await endTwoSteps(transaction, personId);
      await transaction.totpFactor.delete({ where: { personId } });
      await write(record());
      return null;
    });
  }

  async removeAll(
    personId: string,
    by: AuditActor,
    record: MakeRecord<FactorsRemoved>,
  ): Promise<FactorsRemoved | null> {
    return this.#changes.transaction(async (transaction, write) => {
      const of = { where: { personId } };
      if (!(await lockPerson(transaction, personId))) return null;
      const codes = (await transaction.totpFactor.deleteMany(of)).count === 1;
      const passkeys = (await transaction.passkey.deleteMany(of)).count;
      if (!codes && passkeys === 0) return null;
      const recoveryCodes = (await transaction.recoveryCode.deleteMany(of)).count;
      await distrustEarlierAccess(transaction, personId);
      const sessionsEnded = (await endAllSessions(transaction, personId, "ended-by-operator", { by })).length;
      const password = await demandLongPassword(transaction, personId);
      const removed = { codes, passkeys, recoveryCodes, sessionsEnded, password };
      await write(record(removed));
      return removed;
    });
  }

  async replaceRecoveryCodes(personId: string, codes: readonly string[], record: MakeRecord): Promise<void> {
    await this.#changes.transaction(async (transaction, write) => {
      await lockPerson(transaction, personId);
      await transaction.recoveryCode.deleteMany({ where: { personId } });
      await storeRecoveryCodes(transaction, personId, codes);
      await write(record());
    });
  }
}

/** A password that was long enough only beside a factor must be changed before it signs in alone. */
async function demandLongPassword(
  transaction: PrismaTransaction,
  userId: string,
): Promise<FactorsRemoved["password"]> {
  const password = await transaction.passwordCredential.findUnique({ where: { userId } });
  if (password === null) return "none";
  if (password.standsAlone) return "stands-alone";
  await transaction.passwordCredential.update({ where: { userId }, data: { mustChange: true } });
  return "too-short";
}
